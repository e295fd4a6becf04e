"""Fill Keystone and Neutron as the install guide does: users, roles, services, endpoints, a demo project, ext1."""

import os

import openstack

SERVICES = (
    ("glance", "image", "http://controller:9292"),
    ("placement", "placement", "http://controller:8778"),
    ("nova", "compute", "http://controller:8774/v2.1"),
    ("neutron", "network", "http://controller:9696"),
    ("cinder", "volumev3", "http://controller:8776/v3/%(project_id)s"),
    ("swift", "object-store", "http://controller:8080/v1/AUTH_%(project_id)s"),
)

cloud = openstack.connect(cloud="admin", interface="internal")  # what ends TLS before the public ones does not run yet
roles = {role.name: role for role in cloud.identity.roles()}
if "service" not in roles:  # Keystone's bootstrap makes it since 2023.2
    roles["service"] = cloud.identity.create_role(name="service")
project = cloud.identity.create_project(name="service", domain_id="default")
for name, kind, url in SERVICES:
    password = os.environ[f"{name.upper()}_PASS"]
    user = cloud.identity.create_user(name=name, password=password, domain_id="default")
    for role in ("admin", "service"):
        cloud.identity.assign_project_role_to_user(project, user, roles[role])
    service = cloud.identity.create_service(name=name, type=kind)
    for interface in ("public", "internal", "admin"):
        here = url.replace("http://controller:", os.environ["PUBLIC"]) if interface == "public" else url
        cloud.identity.create_endpoint(service_id=service.id, interface=interface, url=here, region_id="RegionOne")

demo = cloud.identity.create_project(name="demo", domain_id="default")
user = cloud.identity.create_user(name="demo", password=os.environ["DEMO_PASS"], domain_id="default")
cloud.identity.assign_project_role_to_user(demo, user, roles["member"])

cloud = openstack.connect(cloud="admin", interface="internal")  # the catalogue as it is now
external = cloud.network.create_network(
    name="ext1",
    is_router_external=True,
    is_shared=False,
    provider_network_type="flat",
    provider_physical_network="provider",
)
cloud.network.create_subnet(
    name="ext1",
    network_id=external.id,
    ip_version=4,
    cidr=os.environ["PROVIDER_CIDR"],
    gateway_ip=os.environ["PROVIDER_GATEWAY"],
    is_dhcp_enabled=False,
    allocation_pools=[{"start": os.environ["PROVIDER_FIRST"], "end": os.environ["PROVIDER_LAST"]}],
)
