package main

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// secretMark is what the Pulumi CLI prints in a secret's place.
const secretMark = "[secret]"

var variableName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// dotenv writes variables as a .env file, sorted by name, so that Vite 8 reads the very same values back. What cannot
// be written is refused, all of it at once.
func dotenv(variables map[string]string) (string, error) {
	var text strings.Builder
	text.WriteString("# Outputs of the stack, written by frontendenv. They end up in browsers.\n")
	var wrong []error
	for _, name := range slices.Sorted(maps.Keys(variables)) {
		quoted, err := quote(variables[name])
		if err == nil && !variableName.MatchString(name) {
			err = errors.New("no name of a variable")
		}
		if err != nil {
			wrong = append(wrong, fmt.Errorf("%s: %w", name, err))
			continue
		}
		text.WriteString(name + "=" + quoted + "\n")
	}
	if err := errors.Join(wrong...); err != nil {
		return "", err
	}
	return text.String(), nil
}

// quote puts a value into the quotes that it does not hold itself: Node's parseEnv, which Vite reads its files with,
// knows no escape for a quote, and makes "\n" a new line between double quotes. Afterwards Vite expands $NAME whatever
// the quotes, unless a backslash stands before it.
// https://nodejs.org/api/util.html#utilparseenvcontent, https://vite.dev/guide/env-and-mode.html#env-files
func quote(value string) (string, error) {
	if value == secretMark {
		return "", errors.New("the output is a secret: a frontend shows it to everybody")
	}
	if strings.ContainsFunc(value, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }) {
		return "", fmt.Errorf("%q: a control character", value)
	}
	escaped := strings.ReplaceAll(value, "$", `\$`)
	for _, mark := range []string{"'", "`", `"`} {
		if strings.Contains(value, mark) || mark == `"` && strings.Contains(value, `\n`) {
			continue
		}
		return mark + escaped + mark, nil
	}
	return "", fmt.Errorf("%q: all kinds of quotes in one value, which a .env file cannot hold", value)
}
