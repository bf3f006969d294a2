package graph

import (
	"fmt"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// plainMap converts properties to plain values and lists the sorted paths of the secrets among them.
func plainMap(properties resource.PropertyMap) (map[string]any, []string) {
	c := converter{}
	result := make(map[string]any, len(properties))
	for key, value := range properties {
		result[string(key)] = c.plain(joinKey("", string(key)), value)
	}
	slices.Sort(c.secrets)
	return result, c.secrets
}

type converter struct {
	secrets  []string
	inSecret bool
}

func (c *converter) plain(path string, v resource.PropertyValue) any {
	switch {
	case v.IsSecret():
		return c.secret(path, v.SecretValue().Element)
	case v.IsOutput():
		if o := v.OutputValue(); o.Secret {
			return c.secret(path, o.Element)
		}
		return c.plain(path, v.OutputValue().Element)
	case v.IsArray():
		list := make([]any, 0, len(v.ArrayValue()))
		for i, item := range v.ArrayValue() {
			list = append(list, c.plain(joinIndex(path, i), item))
		}
		return list
	case v.IsObject():
		object := make(map[string]any, len(v.ObjectValue()))
		for key, item := range v.ObjectValue() {
			object[string(key)] = c.plain(joinKey(path, string(key)), item)
		}
		return object
	case v.IsAsset():
		a := v.AssetValue()
		return Asset{Path: a.Path, Text: a.Text}
	case v.IsArchive():
		return Archive{Path: v.ArchiveValue().Path}
	case v.IsResourceReference():
		return string(v.ResourceReferenceValue().URN)
	case v.IsString():
		return v.StringValue()
	case v.IsNumber():
		return v.NumberValue()
	case v.IsBool():
		return v.BoolValue()
	case v.IsNull(), v.IsComputed():
		return nil
	}
	return fmt.Sprint(v.V)
}

func (c *converter) secret(path string, element resource.PropertyValue) any {
	if c.inSecret { // the outermost path says it all
		return c.plain(path, element)
	}
	c.secrets = append(c.secrets, path)
	c.inSecret = true
	value := c.plain(path, element)
	c.inSecret = false
	return value
}

// unknownPaths are the sorted paths of the values that the program itself does not know.
func unknownPaths(properties resource.PropertyMap) []string {
	var paths []string
	for key, value := range properties {
		paths = append(paths, unknownIn(joinKey("", string(key)), value)...)
	}
	slices.Sort(paths)
	return paths
}

func unknownIn(path string, v resource.PropertyValue) (paths []string) {
	switch {
	case v.IsComputed():
		return []string{path}
	case v.IsSecret():
		return unknownIn(path, v.SecretValue().Element)
	case v.IsArray():
		for i, item := range v.ArrayValue() {
			paths = append(paths, unknownIn(joinIndex(path, i), item)...)
		}
	case v.IsObject():
		for key, item := range v.ObjectValue() {
			paths = append(paths, unknownIn(joinKey(path, string(key)), item)...)
		}
	}
	return paths
}
