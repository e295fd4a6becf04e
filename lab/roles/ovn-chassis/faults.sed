# What a fault's script restarts of Neutron's on a node: here the metadata agent alone has to do with the broker's node.
s/\<neutron-linuxbridge-agent\>/neutron-ovn-metadata-agent/g
