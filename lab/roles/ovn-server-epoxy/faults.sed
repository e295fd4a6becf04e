# What a fault's script calls neutron-server: here four processes are.
/systemctl/s/\<neutron-server\>/neutron-api neutron-rpc-server neutron-periodic-workers neutron-ovn-maintenance-worker/g
