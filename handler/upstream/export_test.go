package upstream

// NewTransport is what New makes where it is given none.
var NewTransport = newTransport
