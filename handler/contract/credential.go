package contract

import (
	"errors"
	"fmt"
	"strings"
)

// MaxCredentialBytes is what a standard parameter of SSM holds (F15.8).
const MaxCredentialBytes = 4096

// Credential checks a key that travels in a header, and returns it without the white space around it that a pasted or
// piped one has. The error never repeats it. Program, functions and local mode all read a key by this rule.
func Credential(text string) (string, error) {
	text = strings.TrimSpace(text)
	switch {
	case text == "":
		return "", errors.New("it is empty")
	case len(text) > MaxCredentialBytes:
		return "", fmt.Errorf("it has %d characters, at most %d fit", len(text), MaxCredentialBytes)
	}
	for i := range len(text) {
		if text[i] <= ' ' || text[i] > '~' {
			return "", errors.New("it has blanks inside, control or non-ASCII characters: want the bare key")
		}
	}
	return text, nil
}
