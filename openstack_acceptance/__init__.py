"""The command `openstack-acceptance`: a thin front of pytest's own command line, which works from any directory."""
