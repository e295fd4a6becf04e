# The release of this suite, and the one before it, in a script and in what the suite is to say.
s/2:26/2:22/; s/2:25/2:21/
s/^yoga$/ussuri/; s/^zed$/victoria/
