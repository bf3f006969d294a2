package upstream

import (
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"net/url"
	"strings"

	"github.com/onefront/onefront/handler/secret"
)

// hidden are the forms in which a text of the SaaS could bear the key: as it is, as it travels (the whole header, its
// credential), and folded by base64, hexadecimal or URL escaping, as logs and debuggers print it. A SaaS that cuts the
// key in half, or turns it round, cannot be caught.
type hidden struct {
	exact  []string
	folded []string // in lower case, where case has no meaning
}

// minFolded keeps what is left of a very short key, folded, from matching everything.
const minFolded = 6

func (c *Client) hidden(key secret.Secret) hidden {
	var h hidden
	bare := key.Reveal()
	if bare == "" {
		return h
	}
	h.add(bare)
	header := http.Header{}
	c.preset.authenticate(header, bare)
	for _, values := range header {
		for _, value := range values {
			_, credential, _ := strings.Cut(value, " ")
			for _, form := range []string{value, credential} {
				if form != "" && !strings.Contains(form, bare) { // whose forms are those of the key otherwise
					h.add(form)
				}
			}
		}
	}
	return h
}

func (h *hidden) add(text string) {
	h.exact = append(h.exact, text)
	fold := func(form string) {
		if len(form) >= minFolded {
			h.folded = append(h.folded, strings.ToLower(form))
		}
	}
	fold(hex.EncodeToString([]byte(text)))
	fold(url.QueryEscape(text))
	fold(url.PathEscape(text))
	// Inside a longer text base64 has three alignments, and the ends depend on the neighbours.
	for offset := range 3 {
		padded := strings.Repeat("x", offset) + text
		whole := base64.StdEncoding.EncodeToString([]byte(padded[:len(padded)/3*3]))
		form := whole[min(len(whole), 4):]
		if offset == 0 {
			form = whole
		}
		if len(form) >= minFolded {
			h.exact = append(h.exact, form, strings.NewReplacer("+", "-", "/", "_").Replace(form))
		}
	}
}

// in reports whether text bears one of the forms.
func (h *hidden) in(text string) bool {
	for _, form := range h.exact {
		if strings.Contains(text, form) {
			return true
		}
	}
	lower := strings.ToLower(text)
	for _, form := range h.folded {
		if strings.Contains(lower, form) {
			return true
		}
	}
	return false
}
