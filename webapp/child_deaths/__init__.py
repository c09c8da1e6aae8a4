"""Child deaths: the coordinator's list, notifying a death, whose death it is, and records that may be of one child."""
