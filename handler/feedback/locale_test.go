package feedback_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/onefront/onefront/handler/feedback"
)

// Examples of RFC 5646, appendix A, and what its grammar refuses.
func TestIsLocale(t *testing.T) {
	t.Parallel()
	for tag, want := range map[string]bool{
		"de": true, "i-enochian": true, "zh-Hant": true, "zh-cmn-Hans-CN": true, "sl-rozaj-biske-1994": true, "de-CH-1901": true,
		"hy-Latn-IT-arevela": true, "es-419": true, "de-CH-x-phonebk": true, "x-whatever": true, "qaa-Qaaa-QM-x-southern": true,
		"en-US-u-islamcal": true, "zh-CN-a-myext-x-private": true, "en-a-myext-b-another": true, "EN-gb": true, "sgn-BE-FR": true,
		"zh-min-nan": true, "art-lojban": true, "abcdefgh": true,
		"": false, "d": false, "de-": false, "-de": false, "de--DE": false, "de_DE": false, "a-DE": false, "de-419-DE": false, "419": false,
		"de-x": false, "x": false, "en-u": false, "en-a-x-b": false, "de-abc-abc-abc-abc": false, "abcdefghi": false, "de-DE-DE": false,
		"dé": false, "de DE": false, "de,en": false, "*": false, strings.Repeat("de-", 12): false, "en-" + strings.Repeat("abcdefgh-", 3) + "abcdefgh": false,
	} {
		if got := feedback.IsLocale(tag); got != want {
			t.Errorf("IsLocale(%q) = %v, want %v", tag, got, want)
		}
	}
}

// The example of RFC 4647, 3.4.
func TestFallbacks(t *testing.T) {
	t.Parallel()
	want := []string{"zh-hant-cn-x-private1-private2", "zh-hant-cn-x-private1", "zh-hant-cn", "zh-hant", "zh"}
	if diff := cmp.Diff(want, feedback.Fallbacks("zh-Hant-CN-x-private1-private2")); diff != "" {
		t.Errorf("fallbacks (-want +got):\n%s", diff)
	}
	if got := feedback.Fallbacks(""); got != nil {
		t.Errorf("fallbacks of nothing = %q", got)
	}
}
