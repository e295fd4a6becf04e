# The words that the scripts of faults/ have beyond the shell's; they run on a lab machine, as root, under bash.

LB=/etc/neutron/plugins/ml2/linuxbridge_agent.ini
OVS=/etc/neutron/plugins/ml2/openvswitch_agent.ini

# keep FILE…: before a file is changed; put_back FILE…: as it was. Of several faults in one file the last is undone first.
_kept() { ls -d "$1".before-fault-* 2> /dev/null; }
keep() { for file; do cp -a "$file" "$file.before-fault-$(_kept "$file" | wc -l)"; done; }
put_back() { for file; do mv "$(_kept "$file" | tail -n 1)" "$file"; done; }

# loop COMMANDS: keep up what a service would fix by itself; end_loop: no more.
loop() { systemd-run --quiet --collect --unit=fault-loop bash -c "while :; do $1; sleep 0.2; done"; }
end_loop() { systemctl stop fault-loop.service; }

# drop_nat PATTERN: take these rules out of every router's NAT table, as often as the L3 agent puts them there.
drop_nat() {
    loop "ip netns list | grep -o 'qrouter-[^ ]*' | while read -r router; do
        ip netns exec \$router iptables -t nat -S | sed -n 's/^-A \\($1\\)/-D \\1/p' | while read -r rule; do
            eval ip netns exec \$router iptables -t nat \$rule; done; done"
}

sql() { mariadb "$1" -e "$2"; }
long_ago='date_sub(utc_timestamp(), interval 5 minute)'
# age_reports BINARY [HOST], age_agents BINARY [HOST]: a stopped service is missed at once, and not only after a minute.
age_reports() { sql nova "update services set last_seen_up=$long_ago, updated_at=$long_ago where \`binary\`='$1' and host like '${2:-%}'"; }
age_agents() { sql neutron "update agents set heartbeat_timestamp=$long_ago where \`binary\`='$1' and host like '${2:-%}'"; }

# cut_broker ADDRESS: end what is open to the broker from there, which the packet filter would let live on.
cut_broker() {
    conntrack -D -p tcp --dport 5672 -s "$1" > /dev/null 2>&1 || true
    ss -K "dst $1 and sport = :5672" > /dev/null 2>&1 || true
}

# wait_until SECONDS COMMAND: until it succeeds.
wait_until() { timeout "$1" bash -c "until $2; do sleep 0.5; done"; }

# wait_for_reports: until every service and agent has reported once more; what was alive before may yet turn out dead.
wait_for_reports() {
    now=$(mariadb -Ne 'select utc_timestamp()')
    stale="select (select count(*) from neutron.agents where heartbeat_timestamp < '$now')
        + (select count(*) from cinder.services where deleted = 0 and updated_at < '$now')
        + (select count(*) from nova.services where deleted = 0 and ifnull(last_seen_up, 0) < '$now'
            and \`binary\` in ('nova-compute', 'nova-conductor', 'nova-scheduler'))"
    export stale
    wait_until 180 '[ "$(mariadb -Ne "$stale")" = 0 ]' || { echo 'some service does not report any more' >&2; return 1; }
}

# wait_for_metadata_agents: on the controller, until those of OVN hear of changes; what changed before one had begun, it never hears of.
wait_for_metadata_agents() {
    wait_until 180 'ovn-nbctl --wait=sb sync; sleep 2; now=$(ovn-nbctl get NB_Global . nb_cfg)
        ! ovn-sbctl --bare --columns=external_ids list Chassis_Private | grep -o "metadata-sb-cfg=\"*[0-9]*" | grep -o "[0-9]*$" | awk "\$1 < $now" | grep -q .'
}

# flush_cache: Keystone forgets what it has in memcached, such as the catalogue.
flush_cache() { printf 'flush_all\r\nquit\r\n' > /dev/tcp/localhost/11211; }

# wait_port PORT: until a service that was restarted answers there again, at most 60 s.
wait_port() { timeout 60 bash -c "until : > /dev/tcp/localhost/$1; do sleep 0.5; done" 2> /dev/null; }
