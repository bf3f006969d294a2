package cloudfront

import "strings"

// countries lists the edges by country: ISO 3166-1 code, English name, IATA codes of the edges there. A local viewer
// is in the city of its edge, so this is where its CloudFront-Viewer-Country comes from. A test holds that no edge of
// the geography is missing.
const countries = `
AE United Arab Emirates: DXB FJR
AR Argentina: EZE
AT Austria: VIE
AU Australia: BNE MEL PER SYD
BE Belgium: BRU
BG Bulgaria: SOF
BH Bahrain: BAH
BR Brazil: FOR GIG GRU
CA Canada: YTO YUL YVR
CH Switzerland: ZRH
CL Chile: SCL
CO Colombia: BOG
CZ Czechia: PRG
DE Germany: DUS FRA HAM MUC TXL
DK Denmark: CPH
EG Egypt: CAI
ES Spain: BCN MAD
FI Finland: HEL
FR France: CDG MRS
GB United Kingdom: LHR MAN
GR Greece: ATH
HK Hong Kong: HKG
HR Croatia: ZAG
HU Hungary: BUD
ID Indonesia: CGK
IE Ireland: DUB
IL Israel: TLV
IN India: BLR BOM CCU DEL HYD MAA
IT Italy: FCO MXP PMO
JO Jordan: AMM
JP Japan: KIX NRT
KE Kenya: NBO
KR South Korea: ICN
MX Mexico: QRO
MY Malaysia: KUL
NG Nigeria: LOS
NL Netherlands: AMS
NO Norway: OSL
NZ New Zealand: AKL
OM Oman: MCT
PE Peru: LIM
PH Philippines: MNL
PL Poland: WAW
PT Portugal: LIS
QA Qatar: DOH
RO Romania: OTP
SA Saudi Arabia: JED
SE Sweden: ARN
SG Singapore: SIN
TH Thailand: BKK
TR Turkey: IST
TW Taiwan: TPE
US United States: ATL BNA BOS CLT CMH DEN DFW DTW EWR HIO IAD IAH IND JAX JFK LAS LAX MCI MIA MSP ORD PDX PHL PHX RIC SEA SFO SLC TPA
VN Vietnam: HAN SGN
ZA South Africa: CPT JNB
`

// country is one line of the table.
type country struct{ Code, Name string }

// countriesByEdge reads the table.
func countriesByEdge() map[string]country {
	byEdge := map[string]country{}
	for line := range strings.Lines(countries) {
		place, edges, _ := strings.Cut(strings.TrimSpace(line), ": ")
		code, name, _ := strings.Cut(place, " ")
		for edge := range strings.FieldsSeq(edges) {
			byEdge[edge] = country{code, name}
		}
	}
	return byEdge
}
