package main

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
)

// readRegions reads which region answered which request, by CloudFront's request id, from the lines that functions
// write (cfRequestId, region). The file may be local mode's log, text or JSON, an export of CloudWatch Logs Insights
// as CSV or as `aws logs get-query-results` prints it, or plain lines of functions.
func readRegions(path string) (map[string]string, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("-regions: %w", err)
	}
	defer file.Close()
	regions := map[string]string{}
	in := bufio.NewReaderSize(file, 1<<16)
	start, _ := in.Peek(1 << 12)
	switch {
	case looksLikeCSV(start):
		err = readRegionsCSV(in, regions)
	case looksLikeResults(start):
		err = readQueryResults(in, regions)
	default:
		err = readRegionsLines(in, regions)
	}
	if err != nil {
		return nil, fmt.Errorf("-regions %s: %w", path, err)
	}
	if len(regions) == 0 {
		return nil, fmt.Errorf("-regions %s: no line has both cfRequestId and region", path)
	}
	return regions, nil
}

// looksLikeCSV says whether the first line names the columns of an export: local mode's log may begin with any words.
func looksLikeCSV(start []byte) bool {
	head, _, _ := bytes.Cut(start, []byte("\n"))
	columns, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(head, byteOrderMark))).Read()
	return err == nil && (slices.Contains(columns, "cfRequestId") || slices.Contains(columns, "@message"))
}

// byteOrderMark is what some programs begin a CSV file with.
var byteOrderMark = []byte("\xef\xbb\xbf")

func looksLikeResults(start []byte) bool {
	return bytes.HasPrefix(bytes.TrimSpace(start), []byte("{")) && bytes.Contains(start, []byte(`"results"`))
}

func readRegionsLines(in *bufio.Reader, regions map[string]string) error {
	for {
		line, err := in.ReadString('\n')
		if at := strings.IndexByte(line, '{'); at >= 0 { // text has time and log group in front
			addRegion(line[at:], regions)
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// addRegion takes a function's line, or a line that has one for a value: local mode's JSON log does.
func addRegion(line string, regions map[string]string) {
	var values struct {
		ID      string `json:"cfRequestId"`
		Region  string `json:"region"`
		Wrapped string `json:"msg"`
		Message string `json:"@message"`
	}
	if json.Unmarshal([]byte(line), &values) != nil {
		return
	}
	if values.ID != "" && values.Region != "" {
		regions[values.ID] = values.Region
		return
	}
	for _, inner := range []string{values.Wrapped, values.Message} {
		if strings.HasPrefix(inner, "{") {
			addRegion(inner, regions)
		}
	}
}

func readRegionsCSV(in io.Reader, regions map[string]string) error {
	reader := csv.NewReader(in)
	reader.FieldsPerRecord = -1
	head, err := reader.Read()
	if err != nil {
		return err
	}
	head[0] = strings.TrimPrefix(head[0], string(byteOrderMark))
	id, region, message := slices.Index(head, "cfRequestId"), slices.Index(head, "region"), slices.Index(head, "@message")
	if (id < 0 || region < 0) && message < 0 {
		return errors.New("its columns have neither cfRequestId and region nor @message")
	}
	for {
		record, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if id >= 0 && region >= 0 && max(id, region) < len(record) && record[id] != "" && record[region] != "" {
			regions[record[id]] = record[region]
		} else if message >= 0 && message < len(record) {
			addRegion(record[message], regions)
		}
	}
}

func readQueryResults(in io.Reader, regions map[string]string) error {
	var answer struct {
		Results [][]struct{ Field, Value string }
	}
	if err := json.NewDecoder(in).Decode(&answer); err != nil {
		return err
	}
	for _, row := range answer.Results {
		values := map[string]string{}
		for _, cell := range row {
			values[cell.Field] = cell.Value
		}
		if values["cfRequestId"] != "" && values["region"] != "" {
			regions[values["cfRequestId"]] = values["region"]
		} else {
			addRegion(values["@message"], regions)
		}
	}
	return nil
}
