"""From index equations to a small array program; the choice of strategy sits in `strategy`."""
