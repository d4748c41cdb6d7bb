// Lets this package declare functions without a body, for go:linkname.
