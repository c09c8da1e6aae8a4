"""What an administrator does: people, their appointments, boards and agencies. No page here shows a case."""
