package main

import (
	"encoding/json"
	"fmt"
	"path"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/kserve/kserve/pkg/apis/serving/v1alpha2"
)

// field is a field of a Go struct as sdk/compose/goTypes.ts describes it.
type field struct {
	Go       string `json:"go"`
	Kind     string `json:"kind"`
	Type     string `json:"type"`
	Elem     string `json:"elem,omitempty"`
	Ptr      bool   `json:"ptr,omitempty"`
	Omit     bool   `json:"omit,omitempty"`
	MergeKey string `json:"mergeKey,omitempty"`
	Union    bool   `json:"union,omitempty"`
}

// goStruct is what a template sees of a struct beside its fields.
type goStruct struct {
	Fields map[string]field `json:"fields"`
	// Embedded has the structs whose fields a template reaches with and without this name before them. In JSON they have one only
	// where Fields has the name.
	Embedded map[string]string `json:"embedded"`
	// Methods that a template can call on an addressable value, with their signatures.
	Methods map[string]string `json:"methods"`
}

// handleTypes describes every struct that a LLMInferenceService can hold: {} -> {root, spec, types}.
func handleTypes([]byte) (map[string]any, error) {
	walk := walk{types: map[string]goStruct{}, seen: map[string]reflect.Type{}}
	root := reflect.TypeFor[v1alpha2.LLMInferenceService]()
	spec := reflect.TypeFor[v1alpha2.LLMInferenceServiceSpec]()
	if err := walk.add(spec); err != nil {
		return nil, err
	}
	reachable := map[string]goStruct{}
	for name, described := range walk.types {
		reachable[name] = described
	}
	if err := walk.add(root); err != nil {
		return nil, err
	}
	return map[string]any{"root": typeName(root), "spec": typeName(spec), "specTypes": reachable, "types": walk.types}, nil
}

type walk struct {
	types map[string]goStruct
	seen  map[string]reflect.Type
}

func (w *walk) add(t reflect.Type) error {
	name := typeName(t)
	if other, ok := w.seen[name]; ok {
		if other != t {
			return fmt.Errorf("two types are called %s: %s of %s and of %s", name, t.Name(), other.PkgPath(), t.PkgPath())
		}
		return nil
	}
	w.seen[name] = t
	described := goStruct{Fields: map[string]field{}, Embedded: map[string]string{}, Methods: methods(t)}
	w.types[name] = described
	return w.fields(t, described)
}

// fields adds those of embedded structs to the struct that embeds them, as encoding/json does.
func (w *walk) fields(t reflect.Type, into goStruct) error {
	for i := range t.NumField() {
		f := t.Field(i)
		tag, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if tag == "-" {
			continue
		}
		if f.Anonymous {
			if f.Type.Kind() != reflect.Struct {
				return fmt.Errorf("%s embeds %s, which is no struct", t, f.Type)
			}
			into.Embedded[f.Name] = typeName(f.Type)
		}
		if f.Anonymous && tag == "" {
			if err := w.fields(f.Type, into); err != nil {
				return err
			}
			continue
		}
		if !f.IsExported() {
			continue
		}
		if tag == "" {
			tag = f.Name
		}
		described, err := w.describe(f, strings.Split(options, ","))
		if err != nil {
			return fmt.Errorf("%s.%s: %w", t, f.Name, err)
		}
		if _, ok := into.Fields[tag]; ok {
			return fmt.Errorf("%s has two fields called %s", t, tag)
		}
		into.Fields[tag] = described
	}
	return nil
}

func (w *walk) describe(f reflect.StructField, options []string) (field, error) {
	t := f.Type
	described := field{Go: f.Name}
	if t.Kind() == reflect.Pointer {
		described.Ptr = true
		t = t.Elem()
	}
	kind, err := w.kindOf(t)
	if err != nil {
		return field{}, err
	}
	described.Kind = kind
	element := t
	if kind == "list" || kind == "map" {
		element = t.Elem()
		if kind == "map" && t.Key().Kind() != reflect.String {
			return field{}, fmt.Errorf("the map's key is %s", t.Key())
		}
		if described.Elem, err = w.kindOf(element); err != nil {
			return field{}, err
		}
		if described.Elem == "list" || described.Elem == "map" {
			return field{}, fmt.Errorf("lists and maps of %s are not supported", element)
		}
	}
	described.Type = valueType(element)
	// encoding/json has no idea of an empty struct: its omitempty does nothing there.
	described.Omit = slices.Contains(options, "omitzero") ||
		slices.Contains(options, "omitempty") && f.Type.Kind() != reflect.Struct
	return described, patchTags(f, &described)
}

// patchTags reads how a strategic merge patch treats the field.
func patchTags(f reflect.StructField, into *field) error {
	strategy, key := f.Tag.Get("patchStrategy"), f.Tag.Get("patchMergeKey")
	switch {
	case into.Kind != "list":
		// retainKeys is a directive that typed patches never hold.
		if strategy != "" && strategy != "retainKeys" {
			return fmt.Errorf("patchStrategy %q of a %s is not supported", strategy, into.Kind)
		}
	case !slices.Contains(strings.Split(strategy, ","), "merge"):
		if strategy != "" && strategy != "atomic" && strategy != "replace" {
			return fmt.Errorf("patchStrategy %q of a list is not supported", strategy)
		}
	case into.Elem == "scalar":
		into.Union = true
	case key == "":
		return fmt.Errorf("patchStrategy %q has no patchMergeKey", strategy)
	default:
		into.MergeKey = key
	}
	return nil
}

var (
	marshaler     = reflect.TypeFor[json.Marshaler]()
	textMarshaler = reflect.TypeFor[interface{ MarshalText() ([]byte, error) }]()
)

func (w *walk) kindOf(t reflect.Type) (string, error) {
	if reflect.PointerTo(t).Implements(marshaler) || reflect.PointerTo(t).Implements(textMarshaler) {
		return "opaque", nil
	}
	switch t.Kind() {
	case reflect.String, reflect.Bool, reflect.Int, reflect.Int32, reflect.Int64, reflect.Uint16, reflect.Float64:
		return "scalar", nil
	case reflect.Struct:
		return "struct", w.add(t)
	case reflect.Map:
		return "map", nil
	case reflect.Slice:
		return "list", nil
	}
	return "", fmt.Errorf("%s is not supported", t)
}

func valueType(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Struct:
		return typeName(t)
	case reflect.Int:
		// On every platform on which KServe runs.
		return "int64"
	}
	return t.Kind().String()
}

var version = regexp.MustCompile(`^v\d+((alpha|beta)\d+)?$`)

// typeName is a type's name with the end of its package's path, for example core/v1.PodSpec or resource.Quantity.
func typeName(t reflect.Type) string {
	folder, last := path.Split(t.PkgPath())
	if version.MatchString(last) {
		last = path.Base(folder) + "/" + last
	}
	return last + "." + t.Name()
}

// methods are those that a template can call: with one result, or with one and an error.
func methods(t reflect.Type) map[string]string {
	callable := map[string]string{}
	for i := range reflect.PointerTo(t).NumMethod() {
		method := reflect.PointerTo(t).Method(i)
		results := method.Type.NumOut()
		if results != 1 && (results != 2 || method.Type.Out(1) != reflect.TypeFor[error]()) {
			continue
		}
		callable[method.Name] = strings.TrimPrefix(method.Type.String(), "func")
	}
	return callable
}
