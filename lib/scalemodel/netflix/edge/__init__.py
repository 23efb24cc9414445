"""Open Connect: films in boxes near their viewers. Read `catalogue` (what there is and who wants
it), `placement` (what a box holds tomorrow), `steering` (who is sent where), `day` (hour by
hour), `expected` (what a formula says)."""
