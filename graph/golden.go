package graph

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
)

// Marks stand in a golden graph for what differs between machines or builds.
const (
	markSecret  = "[secret]"
	markZip     = "[zip]"
	markHash    = "[hash]"
	markVersion = "[version]"
	markPath    = "[path]"
)

// Golden writes the graph for people to review and for a test to compare: canonical JSON, sorted by URN, with what
// the program decided (inputs, parents, providers, dependencies) and without what AWS would answer. Secrets show as
// "[secret]"; the handler's zip, its hashes and the version derived from it, and absolute paths as marks. Files
// appear by path alone, so editing the site changes no golden.
func (g *Graph) Golden() ([]byte, error) {
	type entry struct {
		URN                  string              `json:"urn"`
		Parent               string              `json:"parent,omitempty"`
		Provider             string              `json:"provider,omitempty"`
		Region               string              `json:"region,omitempty"`
		Protect              bool                `json:"protect,omitempty"`
		DeleteBeforeReplace  bool                `json:"deleteBeforeReplace,omitempty"`
		IgnoreChanges        []string            `json:"ignoreChanges,omitempty"`
		Inputs               any                 `json:"inputs,omitempty"`
		DependsOn            []string            `json:"dependsOn,omitempty"`
		PropertyDependencies map[string][]string `json:"propertyDependencies,omitempty"`
	}
	document := struct {
		Project   string    `json:"project"`
		Stack     string    `json:"stack"`
		Outputs   any       `json:"outputs"`
		Messages  []Message `json:"messages,omitempty"`
		Resources []entry   `json:"resources"`
	}{Project: g.Project, Stack: g.Stack, Outputs: g.ShownOutputs(), Messages: g.Messages}
	for _, r := range g.Resources {
		document.Resources = append(document.Resources, entry{
			URN: r.URN, Parent: r.Parent, Provider: r.Provider, Region: r.Region,
			Protect: r.Protect, DeleteBeforeReplace: r.DeleteBeforeReplace, IgnoreChanges: r.IgnoreChanges,
			Inputs:    redact(r.Secrets, "", r.Inputs),
			DependsOn: r.DependsOn, PropertyDependencies: r.PropertyDependencies,
		})
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	err := encoder.Encode(document)
	return out.Bytes(), err
}

// ShownOutputs are the stack's outputs as `pulumi stack output --json` prints them: secrets as "[secret]".
func (g *Graph) ShownOutputs() any { return redact(g.OutputSecrets, "", g.Outputs) }

// redact copies a value without the secrets at the given paths and with marks.
func redact(secrets []string, path string, value any) any {
	if slices.Contains(secrets, path) {
		return markSecret
	}
	switch v := value.(type) {
	case map[string]any:
		object := make(map[string]any, len(v))
		for key, item := range v {
			object[key] = redact(secrets, joinKey(path, key), item)
			if item != nil && slices.Contains(buildProperties, key) && object[key] != markSecret {
				object[key] = buildMark(key)
			}
		}
		return object
	case []any:
		list := make([]any, len(v))
		for i, item := range v {
			list[i] = redact(secrets, joinIndex(path, i), item)
		}
		return list
	}
	return stable(value)
}

// buildProperties hold a digest of the handler's zip.
var buildProperties = []string{"sourceCodeHash", "ONEFRONT_VERSION"}

func buildMark(property string) string {
	if property == "sourceCodeHash" {
		return markHash
	}
	return markVersion
}

// stable replaces what differs between machines.
func stable(value any) any {
	switch v := value.(type) {
	case map[string]any:
		object := make(map[string]any, len(v))
		for key, item := range v {
			object[key] = stable(item)
		}
		return object
	case []any:
		list := make([]any, len(v))
		for i, item := range v {
			list[i] = stable(item)
		}
		return list
	case Asset:
		if v.Path == "" {
			return map[string]any{"asset": map[string]any{"text": v.Text}}
		}
		return map[string]any{"asset": stablePath(v.Path)}
	case Archive:
		if strings.HasSuffix(v.Path, ".zip") {
			return map[string]any{"archive": markZip}
		}
		return map[string]any{"archive": stablePath(v.Path)}
	}
	return value
}

// stablePath keeps relative paths and the last element of absolute ones, with slashes.
func stablePath(path string) string {
	if filepath.IsAbs(path) {
		return markPath + "/" + filepath.Base(path)
	}
	return filepath.ToSlash(path)
}
