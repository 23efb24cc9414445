"""Processes with mailboxes, links and supervisors, as Erlang's OTP has them."""
