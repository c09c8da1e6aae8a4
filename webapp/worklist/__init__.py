"""The worklist: every case a person may see, what bites first at the top."""
