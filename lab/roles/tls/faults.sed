# What a fault's script and the suite say of public endpoints, where these have TLS, on the APIs' ports with a 1 before them.

s#image at http://controller:#image at https://controller:1#
s#openstack endpoint set --url http://controller:9292#openstack endpoint set --url https://controller:19292#
s#':9292', ':9299'#'9292', '9299'#
s#':9299', ':9292'#'9299', '9292'#
s#'%:8776/%'#'%8776/%'#
s#-I OUTPUT -p tcp --dport 9292 #-I OUTPUT -p tcp -m multiport --dports 9292,19292 #
s#-D OUTPUT -p tcp --dport 9292 #-D OUTPUT -p tcp -m multiport --dports 9292,19292 #
