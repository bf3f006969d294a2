package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/onefront/onefront/graph"
)

const (
	distributionType        = "aws:cloudfront/distribution:Distribution"
	deliveryType            = "aws:cloudwatch/logDelivery:LogDelivery"
	deliverySourceType      = "aws:cloudwatch/logDeliverySource:LogDeliverySource"
	deliveryDestinationType = "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination"
)

// A delivery says which fields of CloudFront's access log the program orders, and into which folder of the bucket.
type delivery struct {
	fields []string
	// prefix is that of the destination's ARN; suffix has the variables.
	prefix, suffix string
	// distributionID and domainName are those of the distribution that is logged.
	distributionID, domainName string
}

// readDelivery takes the program's delivery of access logs; nil if it has none.
func readDelivery(g *graph.Reading) *delivery {
	sources, destinations := map[string]*graph.Resource{}, map[string]string{}
	for _, r := range g.Take(deliverySourceType) {
		readSource(g, r, sources)
	}
	for _, r := range g.Take(deliveryDestinationType) {
		readDestination(r, destinations)
	}
	var d *delivery
	for _, r := range g.Take(deliveryType) {
		d = readOneDelivery(r, sources, destinations)
	}
	return d
}

func readSource(g *graph.Reading, r *graph.Taken, sources map[string]*graph.Resource) {
	var in struct {
		Name        string               `json:"name"`
		LogType     string               `json:"logType"`
		ResourceARN string               `json:"resourceArn"`
		Tags        graph.NoLocalMeaning `json:"tags"` // labels
	}
	r.Read(&in)
	r.Require(in.LogType == "ACCESS_LOGS", "logType", in.LogType, "ACCESS_LOGS")
	for _, d := range g.See(distributionType) {
		if d.Output("arn") == in.ResourceARN {
			sources[r.Output("name")] = d
			return
		}
	}
	r.Refuse("resourceArn", in.ResourceARN, "the ARN of a distribution of the program")
}

func readDestination(r *graph.Taken, destinations map[string]string) {
	var in struct {
		Name          string `json:"name"`
		OutputFormat  string `json:"outputFormat"`
		Configuration struct {
			ARN string `json:"destinationResourceArn"`
		} `json:"deliveryDestinationConfiguration"`
		Tags graph.NoLocalMeaning `json:"tags"` // labels
	}
	r.Read(&in)
	r.Require(in.OutputFormat == "json", "outputFormat", in.OutputFormat, "json: local mode writes JSON lines")
	bucket, prefix, _ := strings.Cut(in.Configuration.ARN, "/")
	r.Require(strings.Contains(bucket, ":s3:::"), "deliveryDestinationConfiguration", in.Configuration.ARN, "the ARN of a bucket, with a prefix or without")
	destinations[r.Output("arn")] = prefix
}

func readOneDelivery(r *graph.Taken, sources map[string]*graph.Resource, destinations map[string]string) *delivery {
	var in struct {
		Source       string               `json:"deliverySourceName"`
		Destination  string               `json:"deliveryDestinationArn"`
		RecordFields []string             `json:"recordFields"`
		Delimiter    graph.NoLocalMeaning `json:"fieldDelimiter"` // of formats other than JSON
		S3           []struct {
			Suffix string `json:"suffixPath"`
			Hive   bool   `json:"enableHiveCompatiblePath"`
		} `json:"s3DeliveryConfigurations"`
		Tags graph.NoLocalMeaning `json:"tags"` // labels
	}
	r.Read(&in)
	source, destination := sources[in.Source], destinations[in.Destination]
	r.Require(source != nil, "deliverySourceName", in.Source, "the name of a delivery source of the program")
	r.Require(len(in.S3) == 1, "s3DeliveryConfigurations", len(in.S3), "one")
	for _, field := range in.RecordFields {
		_, known := logFields[field]
		r.Require(known, "recordFields", field, "one of "+strings.Join(slices.Sorted(maps.Keys(logFields)), ", "))
	}
	if !r.OK() {
		return nil
	}
	r.Require(!in.S3[0].Hive, "s3DeliveryConfigurations", true, "no Hive prefixes")
	return &delivery{
		fields: in.RecordFields, prefix: destination, suffix: in.S3[0].Suffix,
		distributionID: source.ID, domainName: source.Output("domainName"),
	}
}

// folder is where the lines of an hour are.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging.html#send-logs-s3
func (d *delivery) folder(hour time.Time) string {
	suffix := strings.NewReplacer(
		"{DistributionId}", d.distributionID, "{distributionid}", d.distributionID, "{accountid}", graph.Account,
		"{yyyy}", hour.Format("2006"), "{MM}", hour.Format("01"), "{dd}", hour.Format("02"), "{HH}", hour.Format("15"),
	).Replace(d.suffix)
	return strings.Trim(fmt.Sprintf("%s/%s", d.prefix, suffix), "/")
}
