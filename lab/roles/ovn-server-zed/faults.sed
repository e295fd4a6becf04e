# What a fault's script calls by the names of the notes' cloud: here one process is Neutron's API and all of its server.
s/\<neutron-api neutron-rpc-server\>/neutron-server/g
