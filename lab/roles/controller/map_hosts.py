"""Map compute hosts to the cell, as `nova-manage cell_v2 discover_hosts` will find them; arguments: host names."""

import sys

from nova import config, context, objects

config.parse_args(["map_hosts"])
objects.register_all()
admin = context.get_admin_context()
cell = next(cell for cell in objects.CellMappingList.get_all(admin) if not cell.is_cell0())
for host in sys.argv[1:]:
    objects.HostMapping(admin, host=host, cell_mapping=cell).create()
