"""One pass of the clock: what is due is noted, built, passed through the gate, published, and sent; then it ends."""
