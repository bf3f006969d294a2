package infra

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// maxLogicalName leaves room for the eight characters of Pulumi's autonaming in the tightest physical name, 64
// characters for roles, functions and origin access controls.
const maxLogicalName = 40

// logicalName joins role and text to a logical name of at most 40 characters. Text that is too long, or has
// characters a physical name may not have, is cut and told apart by a hash.
func logicalName(role, text string) string {
	slug := slugOf(text)
	name := role + "-" + slug
	if slug == text && len(name) <= maxLogicalName {
		return name
	}
	suffix := "-" + hashOf(text)
	if room := maxLogicalName - len(suffix); len(name) > room {
		name = name[:room]
	}
	return strings.TrimRight(name, "-.") + suffix
}

// hashOf tells texts apart in a name.
func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])[:8]
}

// slugOf keeps letters, digits, dots and dashes, and makes every other run a single dash.
func slugOf(text string) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '.', r == '-':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	return strings.Trim(b.String(), "-")
}

// accountName is a physical name that must be unique in the account and may have 128 characters: policies of
// CloudFront (F3.33). It carries project and stack so that two stacks do not meet.
func accountName(cfg *platform, logical string) string {
	const limit = 128
	owner := strings.ReplaceAll(slugOf(cfg.Project+"-"+cfg.Stack), ".", "-")
	if room := limit - len(logical) - 1; len(owner) > room {
		sum := sha256.Sum256([]byte(cfg.Project + "/" + cfg.Stack))
		owner = owner[:room-9] + "-" + hex.EncodeToString(sum[:])[:8]
	}
	return owner + "-" + strings.ReplaceAll(logical, ".", "-")
}
