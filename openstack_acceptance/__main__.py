import sys

from openstack_acceptance.command import main

sys.exit(main())
