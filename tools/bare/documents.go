package main

import (
	"io/fs"
	"os"
	"path"
	"regexp"
	"strings"
)

// prune takes out of every document what tells of files and tests that are gone.
func (t *tree) prune() error {
	for name := range t.gone { // the other application may have put something in its place
		if _, err := os.Stat(t.path(name)); err == nil {
			delete(t.gone, name)
		}
	}
	return t.walk(func(name string, entry fs.DirEntry) error {
		if entry.IsDir() || path.Ext(name) != ".md" {
			return nil
		}
		return t.rewrite(name, func(text string) (string, error) {
			return pruned(text, func(part string) bool { return t.tellsOfGone(path.Dir(name), part) }), nil
		})
	})
}

var (
	word = regexp.MustCompile(`[A-Za-z0-9_.][A-Za-z0-9_./*-]*`)
	// applicationKey is a row of the table of configuration keys.
	applicationKey = regexp.MustCompile("^\\| `upstream\\w*`")
)

// tellsOfGone says whether a part of a document in a folder names something that is gone.
func (t *tree) tellsOfGone(folder, part string) bool {
	if applicationKey.MatchString(part) {
		return true
	}
	for _, target := range goneTargets {
		if strings.Contains(part, "make "+target) && !strings.Contains(part, "make "+target+"-") {
			return true
		}
	}
	for _, name := range word.FindAllString(part, -1) {
		name = strings.TrimRight(strings.TrimSuffix(name, "..."), "./")
		for _, candidate := range []string{path.Clean(name), path.Join(folder, name)} {
			if strings.ContainsAny(candidate, "/_.") && t.gone[candidate] || strings.HasPrefix(candidate, "Test") && t.gone[candidate] {
				return true
			}
		}
	}
	return false
}

var (
	listItem = regexp.MustCompile(`^\s*(?:[-*]|\d+\.) `)
	heading  = regexp.MustCompile(`^(#+) `)
)

// pruned is a document without the parts that are to go: rows of tables, items of lists, lines of code and paragraphs,
// and then headings with nothing below them.
func pruned(document string, gone func(part string) bool) string {
	var kept []string
	for _, part := range parts(withoutForm(document)) {
		if part = without(part, gone); part != "" {
			kept = append(kept, part)
		}
	}
	for i := len(kept) - 1; i >= 0; i-- {
		if empty(kept, i) {
			kept = append(kept[:i], kept[i+1:]...)
		}
	}
	return strings.TrimLeft(regexp.MustCompile(`\n{3,}`).ReplaceAllString(strings.Join(kept, ""), "\n\n"), "\n")
}

// withoutForm is a document without its sections on the feedback form, which says how to get rid of it, and without the
// entries of a table of contents that lead there.
func withoutForm(document string) string {
	var left strings.Builder
	within := false
	for line := range strings.Lines(document) {
		if level := heading.FindStringSubmatch(line); level != nil && len(level[1]) <= 2 {
			within = strings.HasSuffix(strings.TrimSpace(line), "the feedback form")
		}
		if !within && !strings.Contains(line, "-the-feedback-form)") {
			left.WriteString(line)
		}
	}
	return left.String()
}

var (
	// listed are code spans that stand in a list with others, which say something without them.
	listed = []*regexp.Regexp{regexp.MustCompile("`[^`]+`, "), regexp.MustCompile(", `[^`]+`")}
	// sentence is where a sentence ends and another begins.
	sentence = regexp.MustCompile("[.:]\\s+(?:[A-Z`\\[*])")
)

// without is what is left of a part: of a row what it lists beside, and of a paragraph the other sentences.
func without(part string, gone func(part string) bool) string {
	if !gone(part) {
		return part
	}
	if strings.HasPrefix(part, "|") {
		for _, span := range listed {
			part = span.ReplaceAllStringFunc(part, func(span string) string {
				if gone(span) {
					return ""
				}
				return span
			})
		}
		if gone(part) {
			return ""
		}
		return part
	}
	if strings.HasPrefix(part, "    ") || listItem.MatchString(part) || heading.MatchString(part) {
		return ""
	}
	var left strings.Builder
	begin := 0
	for _, end := range append(sentence.FindAllStringIndex(part, -1), []int{len(part), len(part) + 1}) {
		if next := end[1] - 1; !gone(part[begin:next]) {
			left.WriteString(part[begin:next])
		}
		begin = end[1] - 1
	}
	if text := strings.TrimSpace(left.String()); text != "" {
		return text + "\n"
	}
	return ""
}

// empty says whether a part is a heading, or the head of a table, with nothing below it.
func empty(all []string, i int) bool {
	rest := i + 1
	for rest < len(all) && strings.TrimSpace(all[rest]) == "" {
		rest++
	}
	if level := heading.FindStringSubmatch(all[i]); level != nil {
		if rest == len(all) {
			return true
		}
		below := heading.FindStringSubmatch(all[rest])
		return below != nil && len(below[1]) <= len(level[1])
	}
	if strings.HasPrefix(all[i], "|") && strings.Contains(all[i], "| --- |") {
		return rest == len(all) || !strings.HasPrefix(all[rest], "|")
	}
	return false
}

// parts cuts a document into what is kept or dropped as one. Joined, they are the document.
func parts(document string) (all []string) {
	for line := range strings.Lines(document) {
		blank := strings.TrimSpace(line) == ""
		alone := blank || strings.HasPrefix(line, "|") || strings.HasPrefix(line, "    ") || heading.MatchString(line) || listItem.MatchString(line)
		if len(all) > 0 && !alone && goesOn(all[len(all)-1]) {
			all[len(all)-1] += line
			continue
		}
		all = append(all, line)
	}
	return all
}

// goesOn says whether a line that begins nothing of its own belongs to the part before it.
func goesOn(before string) bool {
	last := before[strings.LastIndex(strings.TrimSuffix(before, "\n"), "\n")+1:]
	return strings.TrimSpace(last) != "" && !strings.HasPrefix(last, "|") && !strings.HasPrefix(before, "    ") && !heading.MatchString(last)
}
