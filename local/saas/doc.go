// Package saas is local mode's stand-in for the third-party service behind the adapter: it takes tickets as the
// configured preset's vendor would, says whether they bore the right key, and can be made to fail.
//
//	handler --POST, key--> fault.Switch --> vendor (webhook, zendesk, freshdesk, github) --> tickets
//
// It keeps the SHA-256 digest of what a right request bears and never the key itself. A ticket with a wrong key is
// refused as the vendor would, and listed as not authenticated.
//
// It is no imitation of any vendor's product: just enough of the calls that the presets make, with the vendors' status
// codes and the forms of their errors. The pages are cited with the presets in handler/upstream.
package saas
