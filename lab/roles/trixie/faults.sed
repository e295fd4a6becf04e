# The release of this suite, and the one before it, in a script and in what the suite is to say.
s/2:26/2:31/; s/2:25/2:30/
s/^yoga$/2024.2/; s/^zed$/2025.1/
