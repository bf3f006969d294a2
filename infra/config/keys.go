package config

import (
	"fmt"
	"iter"
	"slices"
	"strings"
)

// checkKeys refuses keys that nothing reads: a typo would silently leave a default in force. Where a stack's
// keys cannot be listed, the likeliest typos are tried.
func checkKeys(s Source, p *problems) {
	known := sortedKeys(keys)
	for _, full := range s.Keys {
		namespace, key, _ := strings.Cut(full, ":")
		if namespace != Namespace && namespace != s.Project {
			continue
		}
		if _, ok := keys[key]; !ok {
			value, _ := s.Lookup(full)
			if s.Secret != nil && s.Secret(full) || isKeyOfSecret(key) {
				value = "[secret]"
			}
			p.refuse(full, value, "%s", notAKey(key, known))
		}
	}
	if s.Keys != nil {
		return
	}
	var found []string
	for _, key := range known {
		for typo := range typos(key) {
			if _, ok := s.Lookup(Namespace + ":" + typo); ok && !slices.Contains(known, typo) && !slices.Contains(found, typo) {
				found = append(found, typo)
				p.refuse(typo, raw("set"), "%s", notAKey(typo, known))
			}
		}
	}
}

// isKeyOfSecret says whether a mistyped key may hold the SaaS key in plain text.
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

// typos are the ways people mistype a key: a letter left out, doubled or swapped, an "s" too many, other case.
func typos(key string) iter.Seq[string] {
	return func(yield func(string) bool) {
		dashed := kebab(key)
		for _, typo := range []string{
			key + "s", strings.ToLower(key), strings.ToUpper(key), strings.ToUpper(key[:1]) + key[1:], dashed, strings.ReplaceAll(dashed, "-", "_"),
			initialisms(key), strings.ReplaceAll(key, "Acl", "ACL"), strings.ReplaceAll(key, "Arn", "ARN"),
		} {
			if typo != key && !yield(typo) {
				return
			}
		}
		for i := range key {
			if !yield(key[:i]+key[i+1:]) || !yield(key[:i+1]+key[i:]) || i > 0 && !yield(key[:i-1]+key[i:i+1]+key[i-1:i]+key[i+1:]) {
				return
			}
		}
	}
}

// initialisms writes a key as Go writes names.
func initialisms(key string) string {
	for _, word := range []string{"Dns", "Tls", "Acl", "Arn", "Api"} {
		key = strings.ReplaceAll(key, word, strings.ToUpper(word))
	}
	return key
}

func kebab(key string) string {
	var b strings.Builder
	for _, r := range key {
		if r >= 'A' && r <= 'Z' {
			b.WriteByte('-')
			r += 'a' - 'A'
		}
		b.WriteRune(r)
	}
	return b.String()
}

// didYouMean is the tail of a message, or "".
func didYouMean(text string, words []string) string {
	if near := nearest(text, words); near != "" {
		return "; did you mean " + near + "?"
	}
	return ""
}
