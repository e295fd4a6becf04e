# libvirtd listens to other nodes only if its socket for that was started before it.
s/^systemctl start libvirtd$/systemctl start libvirtd-tcp.socket libvirtd/
