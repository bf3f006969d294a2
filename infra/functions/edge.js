// Origin choice by the place of the edge: TABLE gives, per regional edge cache, the indexes of the two nearest
// regions that are not drained (F2.4-F2.11), as lines "place indexes". Another place takes FALLBACK. WRITES are the
// origins that all but reads use, one for each of ORIGINS.
function chooseOrigin(request) {
  var reads = request.method === 'GET' || request.method === 'HEAD';
  var ids = reads ? ORIGINS : WRITES;
  try {
    var place = '\n' + cf.edgeLocation.region + ' ';
    var at = TABLE.indexOf(place);
    var choice = at < 0 ? FALLBACK : TABLE.slice(at + place.length, TABLE.indexOf('\n', at + 1));
    var first = ids[parseInt(choice[0], 36)];
    if (GROUPS && reads && choice.length > 1) {
      cf.createRequestOriginGroup({
        originIds: [{ originId: first }, { originId: ids[parseInt(choice[1], 36)] }],
        failoverCriteria: { statusCodes: CODES }
      });
    } else {
      cf.selectRequestOriginById(first);
    }
  } catch (e) {
    cf.selectRequestOriginById(ids[parseInt(FALLBACK[0], 36)]);
  }
}
