package ssm

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"

	"github.com/google/uuid"
)

// maxRequestBytes is far above ten names of 2,048 characters.
const maxRequestBytes = 1 << 20

// apiError is an error answer: the shape's name, and the text.
type apiError struct{ shape, message string }

// RefuseToken answers a request whose access key is not the one of this start.
// https://docs.aws.amazon.com/systems-manager/latest/APIReference/CommonErrors.html
func RefuseToken(w http.ResponseWriter, _ *http.Request) {
	(&apiError{"UnrecognizedClientException", "The security token included in the request is invalid."}).write(w)
}

func notFound() *apiError { return &apiError{"ParameterNotFound", ""} }

// parameterOutput is the Parameter of the answers. The time it was last changed is left out: it has none here.
type parameterOutput struct {
	ARN string `json:"ARN"`
	// Selector is the ":version" that the request had behind the name.
	Selector string `json:"Selector,omitempty"`
	DataType string `json:"DataType"`
	Name     string `json:"Name"`
	Type     string `json:"Type"`
	Value    string `json:"Value"`
	Version  int    `json:"Version"`
}

// encrypted stands for the ciphertext.
const encrypted = "(encrypted: ask with WithDecryption)"

// output is the answer to a request of a name with its optional selector.
func (p parameter) output(asked string, decrypt bool) parameterOutput {
	out := parameterOutput{ARN: p.arn, DataType: p.dataType, Name: p.name, Type: p.kind, Value: p.value, Version: p.version}
	if _, version, selected := strings.Cut(asked, ":"); selected && !strings.HasPrefix(asked, "arn:") {
		out.Selector = ":" + version
	}
	if p.kind == "SecureString" && !decrypt {
		out.Value = encrypted
	}
	return out
}

// serve answers one request of the AWS JSON protocol: POST /, the operation in X-Amz-Target, JSON in and out.
func (s *Service) serve(region string, w http.ResponseWriter, r *http.Request) {
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequestBytes))
	if err != nil {
		(&apiError{"SerializationException", err.Error()}).write(w)
		return
	}
	operation, _ := strings.CutPrefix(r.Header.Get("X-Amz-Target"), "AmazonSSM.")
	switch {
	case r.Method == http.MethodPost && operation == "GetParameter":
		s.getParameter(region, w, raw)
	case r.Method == http.MethodPost && operation == "GetParameters":
		s.getParameters(region, w, raw)
	case r.Method == http.MethodPost && operation == "PutParameter":
		s.putParameter(region, w, raw)
	default:
		(&apiError{"UnknownOperationException", "Local mode does not imitate this operation."}).write(w)
	}
}

func (s *Service) getParameter(region string, w http.ResponseWriter, raw []byte) {
	var in struct {
		Name           string
		WithDecryption bool
	}
	if err := json.Unmarshal(raw, &in); err != nil {
		(&apiError{"SerializationException", err.Error()}).write(w)
		return
	}
	if in.Name == "" {
		(&apiError{"ValidationException", "1 validation error detected: Value at 'name' failed to satisfy constraint: Member must not be null"}).write(w)
		return
	}
	p, refused := s.find(region, in.Name)
	if refused != nil {
		refused.write(w)
		return
	}
	write(w, http.StatusOK, map[string]any{"Parameter": p.output(in.Name, in.WithDecryption)})
}

// maxNames is GetParameters' limit.
const maxNames = 10

func (s *Service) getParameters(region string, w http.ResponseWriter, raw []byte) {
	var in struct {
		Names          []string
		WithDecryption bool
	}
	if err := json.Unmarshal(raw, &in); err != nil {
		(&apiError{"SerializationException", err.Error()}).write(w)
		return
	}
	if len(in.Names) < 1 || len(in.Names) > maxNames {
		(&apiError{"ValidationException", "1 validation error detected: Value at 'names' failed to satisfy constraint: Member must have length between 1 and 10"}).write(w)
		return
	}
	found, invalid := []parameterOutput{}, []string{}
	for _, name := range in.Names {
		if p, refused := s.find(region, name); refused == nil {
			found = append(found, p.output(name, in.WithDecryption))
		} else {
			invalid = append(invalid, name)
		}
	}
	write(w, http.StatusOK, map[string]any{"Parameters": found, "InvalidParameters": invalid})
}

func (e *apiError) write(w http.ResponseWriter) {
	body := map[string]string{"__type": e.shape}
	if e.message != "" {
		body["message"] = e.message
	}
	write(w, http.StatusBadRequest, body)
}

func write(w http.ResponseWriter, status int, body any) {
	raw, err := json.Marshal(body)
	if err != nil {
		http.Error(w, "encoding the answer", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	w.Header().Set("X-Amzn-Requestid", uuid.NewString())
	w.WriteHeader(status)
	_, _ = w.Write(raw)
}
