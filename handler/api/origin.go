package api

// OriginSecretHeader bears the secret that CloudFront adds to every request to an API origin.
const OriginSecretHeader = "x-onefront-origin-secret"

// fromCloudFront compares the header with the current and the previous secret, in constant time
// and always with both (F6.28, F6.29). A header sent twice arrives joined and matches neither.
func (h *Handler) fromCloudFront(r *request) bool {
	sent := r.header(OriginSecretHeader)
	current, previous := h.OriginSecret.Equal(sent), h.PreviousOriginSecret.Equal(sent)
	return current || previous
}
