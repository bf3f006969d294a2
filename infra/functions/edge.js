// Origin choice by the place of the edge: TABLE gives, per regional edge cache, the indexes of the two nearest
// regions that are not drained (F2.4-F2.11), as lines "place indexes". Another place takes FALLBACK.
function chooseOrigin(request) {
  try {
    var place = '\n' + cf.edgeLocation.region + ' ';
    var at = TABLE.indexOf(place);
    var choice = at < 0 ? FALLBACK : TABLE.slice(at + place.length, TABLE.indexOf('\n', at + 1));
    var first = ORIGINS[parseInt(choice[0], 36)];
    if (GROUPS && choice.length > 1 && (request.method === 'GET' || request.method === 'HEAD')) {
      cf.createRequestOriginGroup({
        originIds: [{ originId: first }, { originId: ORIGINS[parseInt(choice[1], 36)] }],
        failoverCriteria: { statusCodes: CODES }
      });
    } else {
      cf.selectRequestOriginById(first);
    }
  } catch (e) {
    cf.selectRequestOriginById(ORIGINS[parseInt(FALLBACK[0], 36)]);
  }
}
