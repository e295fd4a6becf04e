# What a fault's script calls by Debian's names, by those of this cloud.
/systemctl/ {
    s/\<\(nova-\(compute\|conductor\|scheduler\|novncproxy\)\|cinder-\(scheduler\|volume\)\|swift-\(proxy\|account\|container\|object\)\)\>/openstack-\1/g
    s/\<netfilter-persistent\>/iptables/g
    s/\<tgt\>/tgtd/g
    s/\<neutron-rpc-server\>/neutron-server/g
}
s#/etc/iptables/rules\.v4#/etc/sysconfig/iptables#g
# Of what a message must say, the same.
s/^tgt\.service$/tgtd.service/
s#^rules\.v4$#/etc/sysconfig/iptables#
