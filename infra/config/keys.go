package config

import (
	"fmt"
	"slices"
	"strings"
)

// checkKeys refuses keys that nothing reads: a typo would silently leave a default in force.
func checkKeys(s Source, p *problems, known []string) {
	slices.Sort(known)
	for _, full := range s.Keys {
		namespace, key, _ := strings.Cut(full, ":")
		if namespace != Namespace && namespace != s.Project {
			continue
		}
		if !slices.Contains(known, key) {
			value, _ := s.Lookup(full)
			if s.Secret != nil && s.Secret(full) || isKeyOfSecret(key) {
				value = "[secret]"
			}
			p.wrong(full, value, "%s", notAKey(key, known))
		}
	}
}

// isKeyOfSecret says whether a mistyped key may hold a secret in plain text.
func isKeyOfSecret(key string) bool {
	key = strings.ToLower(key)
	return strings.Contains(key, "key") || strings.Contains(key, "secret") || strings.Contains(key, "token")
}

func notAKey(key string, known []string) string {
	if near := nearest(key, known); near != "" {
		return "not a key; did you mean " + near + "?"
	}
	return fmt.Sprintf("not a key; known are %s", strings.Join(known, ", "))
}

// nearest returns the word closest to text, or "" if none is close: at most a third of it may differ, or one is
// the other's beginning.
func nearest(text string, words []string) string {
	best, bestDistance := "", max(len(text)/3, 1)+1
	if len(text) > most {
		return ""
	}
	folded := strings.ToLower(text)
	for _, word := range words {
		if d := editDistance(folded, strings.ToLower(word)); d < bestDistance {
			best, bestDistance = word, d
		}
	}
	for _, word := range words {
		if best == "" && len(text) > 2 && (strings.HasPrefix(strings.ToLower(word), folded) || strings.HasPrefix(folded, strings.ToLower(word)) && word != "") {
			best = word
		}
	}
	return best
}

// editDistance counts insertions, deletions, replacements and swaps of neighbours (optimal string alignment).
func editDistance(a, b string) int {
	var before []int
	last := make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row := make([]int, len(b)+1)
		row[0] = i
		for j := 1; j <= len(b); j++ {
			change := 1
			if a[i-1] == b[j-1] {
				change = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+change)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last = last, row
	}
	return last[len(b)]
}

// didYouMean is the tail of a message, or "".
func didYouMean(text string, words []string) string {
	if near := nearest(text, words); near != "" {
		return "; did you mean " + near + "?"
	}
	return ""
}
