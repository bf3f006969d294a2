package cloudfront

import (
	"errors"
	"net/http"

	"github.com/onefront/onefront/local/network"
)

// Detailed result types of errors: x-edge-detailed-result-type (O-A19). Everything else has its result type there.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logs-reference.html
const (
	detailedGeoBlocked     = "ClientGeoBlocked"
	detailedHungUp         = "ClientHungUpRequest"
	detailedInvalidRequest = "InvalidRequest"
	detailedInvalidMethod  = "InvalidRequestMethod"
	detailedOriginComm     = "OriginCommError"
	detailedOriginConnect  = "OriginConnectError"
	detailedOriginDNS      = "OriginDnsError"
	detailedOriginError    = "OriginError"
	detailedOriginRead     = "OriginReadError"
)

// because gives an error its detailed result type.
func (a *answer) because(detailed string) *answer {
	a.detailed = detailed
	return a
}

// detailedResult is the answer's x-edge-detailed-result-type.
func (a *answer) detailedResult() string {
	if a.detailed != "" && a.result == resultError {
		return a.detailed
	}
	return a.result
}

// detailed says how the origin failed, "" if it did not. guess: OriginError is an answer of 500 and above, and one
// of 400 to 499 stays Error, for it is the client's.
func (o *outcome) detailed() string {
	switch {
	case errors.Is(o.err, network.ErrConnect):
		return detailedOriginConnect
	case errors.Is(o.err, network.ErrNoSuchHost):
		return detailedOriginDNS
	case errors.Is(o.err, network.ErrReadTimeout):
		return detailedOriginRead
	case errors.Is(o.err, errViewerLeft):
		return detailedHungUp
	case o.err != nil:
		return detailedOriginComm
	case o.response.Status >= http.StatusInternalServerError:
		return detailedOriginError
	}
	return ""
}
