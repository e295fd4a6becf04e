# What a fault's script calls by Debian's names, by DevStack's; and what the suite is to say of it.
# Without meaning here, as no package is behind the services: client-package-missing and releases-mixed.
/systemctl/ {
    s/\<\(nova\|neutron\|cinder\|glance\|placement\|swift\)-[a-z0-9-]*[a-z]\>/&.service/g
    s/\.service\.service\>/.service/g
}
s/\<glance-api\.service\>/devstack@g-api.service/g
s/\<nova-api\.service\>/devstack@n-api.service/g
s/\<nova-compute\.service\>/devstack@n-cpu.service/g
s/\<nova-conductor\.service\>/devstack@n-super-cond.service devstack@n-cond-cell1.service/g
s/\<nova-novncproxy\.service\>/devstack@n-novnc-cell1.service/g
s/\<nova-scheduler\.service\>/devstack@n-sch.service/g
s/\<neutron-\(api\|rpc-server\|periodic-workers\|ovn-maintenance-worker\)\.service\>/devstack@&/g
s/\<neutron-ovn-metadata-agent\.service\>/devstack@q-ovn-metadata-agent.service/g
s/\<neutron-dhcp-agent\.service\>/devstack@q-dhcp.service/g
s/\<neutron-l3-agent\.service\>/devstack@q-l3.service/g
s/\<neutron-linuxbridge-agent\.service\>/devstack@q-agt.service/g
s/\<neutron-metadata-agent\.service\>/devstack@q-meta.service/g
s/\<cinder-api\.service\>/devstack@c-api.service/g
s/\<cinder-scheduler\.service\>/devstack@c-sch.service/g
s/\<cinder-volume\.service\>/devstack@c-vol.service/g
s/\<placement-api\.service\>/devstack@&/g
s/\<swift-\(proxy\|account\|container\|object\)\.service\>/devstack@s-\1.service/g

# nova.conf, and nova-cpu.conf, which DevStack copies from it
s#/etc/nova/nova\.conf#/etc/nova/nova[.-]c*f#g
s#/plugins/ml2/linuxbridge_agent\.ini#/plugins/ml2/ml2_conf.ini#g
s#/etc/swift/\(account\|container\|object\|\*\)-server\.conf#/etc/swift/\1-server/1.conf#g

# Nova's services are told of in cell 0, too
s/^age_reports() { sql nova \(.*\); }$/age_reports() { for cell in nova nova_cell0; do sql "$cell" \1; done; }/
s/from nova\.services /from (select * from nova.services union all select * from nova_cell0.services) as services /
