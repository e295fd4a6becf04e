# What a fault's script calls by Debian's names, by those of this cloud.
#
# Not to be had here: client-package-missing and releases-mixed (a host has none of these packages), swift-hash-suffix-different and
# swift-ring-different (a node without Swift's containers has no files of Swift's; the scripts write to /etc/swift of the host),
# nova-conf-unreadable (root copies the file into the container, and gives it to nova).

# Units, in a script and in what the suite is to say.
/systemctl\|^\(controller: \|transport_url of \)\?[a-z-]*\.service\( is disabled\)\?$/ {
    s/ \(libvirtd[a-z-]*\|iscsid\)\.socket//g
    s/\<libvirtd\>/kolla-nova_libvirt-container/g
    s/\<iscsid\.service\>/kolla-iscsid-container.service/g
    s/\<\(nova\|cinder\)-\(api\|compute\|conductor\|scheduler\|novncproxy\|volume\)\>/kolla-\1_\2-container/g
    s/\<neutron-\(linuxbridge\|l3\|dhcp\|metadata\)-agent\>/kolla-neutron_\1_agent-container/g
    s/\<neutron-api\>/kolla-neutron_server-container/g
    s/\<neutron-rpc-server\>/kolla-neutron_rpc_server-container/g
    s/\<\(glance\|placement\)-api\>/kolla-\1_api-container/g
    s/\<memcached\>/kolla-memcached-container/g
    s/\<swift-\(proxy\|account\|container\|object\)\>/kolla-swift_\1_server-container/g
    s/\<tgt\>/kolla-tgtd-container/g
    s/\<haproxy\>/kolla-haproxy-container/g
}

# Files: those that several services have a copy of are changed for each.
s#/etc/neutron/plugins/ml2/linuxbridge_agent\.ini#/etc/kolla/neutron-linuxbridge-agent/linuxbridge_agent.ini#g
s#/etc/neutron/metadata_agent\.ini#/etc/kolla/neutron-metadata-agent/metadata_agent.ini#g
s#/etc/\(nova\|neutron\|cinder\)/\(nova\|neutron\|cinder\)\.conf#/etc/kolla/\1-*/\2.conf#g
s#/etc/glance/glance-api\.conf#/etc/kolla/glance-api/glance-api.conf#g
s#/etc/placement/placement\.conf#/etc/kolla/placement-api/placement.conf#g
s#/etc/nova/policy\.yaml#/etc/kolla/nova-api/policy.yaml#g
s#/etc/iscsi/iscsid\.conf#/var/lib/containers/storage/volumes/iscsi_info/_data/iscsid.conf#g
s#/etc/swift/\*-server\.conf#/etc/kolla/swift-*/*-server.conf#g
s#/etc/swift/\([a-z]*\)-server\.conf#/etc/kolla/swift-\1-server/\1-server.conf#g
s#>> */etc/swift/swift\.conf#| tee -a /etc/kolla/swift-*/swift.conf > /dev/null#
/> *\/etc\/swift/!s#/etc/swift/swift\.conf#/etc/kolla/swift-*/swift.conf#g
# A ring that /etc/kolla lacks would keep its containers from starting: it is taken from those that run.
s#^mv \(/etc/swift/account\.ring\.gz /root/\|/root/account\.ring\.gz /etc/swift/\)$#for each in proxy account container; do podman exec --user root swift_${each}_server mv \1; done#

# Programs: the containers' folders of them are the machine's.
s#\(exec\( -a [a-z]*\)\?\) /sbin/#\1 /usr/SBIN/#g
s#/sbin/\(iscsiadm\|lvcreate\|lvextend\|lvremove\)#/opt/kolla-programs/sbin/\1#g
s#/usr/SBIN/#/usr/sbin/#g
s#/usr/bin/qemu-img#/opt/kolla-programs/bin/qemu-img#g
s#^iscsiadm #podman exec iscsid iscsiadm #
s#\<rabbitmqctl#podman exec rabbitmq rabbitmqctl#g
s#\<mariadb \(["-]\|nova_api \)#podman exec --user root mariadb mariadb \1#g
s#\$(virsh #$(podman exec nova_libvirt virsh #g
s#script -qfc "virsh #script -qfc "podman exec -it nova_libvirt virsh #
# What was begun in a container outlives who asked for it.
s#^end_loop() { systemctl stop fault-loop.service;#& podman exec nova_libvirt pkill -f 'virsh console' > /dev/null 2>\&1 || true;#
s#^u\?mount .*/var/lib/glance/images$#in_container glance_api &#
