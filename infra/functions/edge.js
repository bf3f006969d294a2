// Origin choice by the place of the edge: TABLE gives, per regional edge cache, the indexes of the regions, the nearest
// first (F2.4-F2.11), as lines "place indexes". FALLBACK are those of an unknown place, which takes the first one alone.
// WRITES are the origins that all but reads use, one for each of ORIGINS. DRAINS has the words by which the store takes
// each of them out, or is null without a store.
async function chooseOrigin(request) {
  var reads = request.method === 'GET' || request.method === 'HEAD';
  var ids = reads ? ORIGINS : WRITES;
  var now = await drainedNow();
  var first = ids[open(FALLBACK, now)[0]];
  try {
    var place = '\n' + cf.edgeLocation.region + ' ';
    var at = TABLE.indexOf(place);
    if (at >= 0) {
      var choice = open(TABLE.slice(at + place.length, TABLE.indexOf('\n', at + 1)), now);
      first = ids[choice[0]];
      if (GROUPS && reads && choice.length > 1) {
        cf.createRequestOriginGroup({
          originIds: [{ originId: first }, { originId: ids[choice[1]] }],
          failoverCriteria: { statusCodes: CODES }
        });
        return;
      }
    }
  } catch (e) {
    // The first one alone.
  }
  cf.selectRequestOriginById(first);
}

// drainedNow is the store's list of words, with a comma around each. A store that cannot be read drains nothing.
async function drainedNow() {
  if (!DRAINS) {
    return '';
  }
  try {
    return ',' + (await cf.kvs().get(DRAIN_KEY)) + ',';
  } catch (e) {
    return '';
  }
}

// open are the indexes of a row without what is drained now. All of them drained counts as none.
function open(row, now) {
  var all = row.split('').map(function (digit) { return parseInt(digit, 36); });
  var left = all.filter(function (i) { return !DRAINS || now.indexOf(',' + DRAINS[i] + ',') < 0; });
  return left.length ? left : all;
}
