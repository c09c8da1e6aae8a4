"""A panel and its meetings: members, what is listed, interests, packs, the day itself, minutes and actions."""
