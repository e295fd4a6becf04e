"""Run by hand, against a lab: each says at its top how. Tests of theirs are beside them."""
