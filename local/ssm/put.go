package ssm

import (
	"encoding/json"
	"fmt"
	"net/http"
)

// maxValueBytes is what a parameter of the standard tier holds.
const maxValueBytes = 4096

// putInput is what PutParameter is asked, as far as it has a meaning here. What a write is described, encrypted and
// labelled by has none.
type putInput struct {
	Name, Value, Type        string
	Overwrite                bool
	AllowedPattern, Policies string
}

// putParameter writes the next version of a parameter. Whoever needs a new one has to make it with the program: the
// functions know no other names.
//
// Source: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html
func (s *Service) putParameter(region string, w http.ResponseWriter, raw []byte) {
	var in putInput
	if err := json.Unmarshal(raw, &in); err != nil {
		(&apiError{"SerializationException", err.Error()}).write(w)
		return
	}
	version, refused := s.put(region, in)
	if refused != nil {
		refused.write(w)
		return
	}
	write(w, http.StatusOK, map[string]any{"Version": version, "Tier": "Standard"})
}

func (s *Service) put(region string, in putInput) (version int, refused *apiError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, ok := s.parameters[region][in.Name]
	switch {
	case in.Name == "":
		return 0, &apiError{"ValidationException", "1 validation error detected: Value at 'name' failed to satisfy constraint: Member must not be null"}
	case in.Value == "":
		return 0, &apiError{"ValidationException", "1 validation error detected: Value at 'value' failed to satisfy constraint: Member must have length greater than or equal to 1"}
	case len(in.Value) > maxValueBytes:
		return 0, &apiError{"ValidationException", fmt.Sprintf("Standard tier parameters support a maximum parameter value of %d characters.", maxValueBytes)}
	case in.AllowedPattern != "" || in.Policies != "":
		return 0, &apiError{"ValidationException", "Local mode imitates neither AllowedPattern nor Policies."}
	case !ok:
		return 0, &apiError{"ValidationException", "Local mode has the parameters that the program makes, and makes no other."}
	case !in.Overwrite:
		return 0, &apiError{"ParameterAlreadyExists", "The parameter already exists. To overwrite this value, set the overwrite option in the request to true."}
	case in.Type != "" && in.Type != p.kind:
		return 0, &apiError{"HierarchyTypeMismatchException", "The type of a parameter cannot be changed: this one is a " + p.kind + "."}
	}
	p.value, p.version = in.Value, p.version+1
	s.parameters[region][in.Name] = p
	return p.version, nil
}
