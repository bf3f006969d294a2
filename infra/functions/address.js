// The table of addresses (infra/sitefiles) in the function's key value store: a path, decoded, to the object to serve
// or to the status and place of a redirect. A published address costs one read.
async function address(request) {
  var path;
  try {
    path = decodeURIComponent(request.uri);
  } catch (e) {
    return notFound(request);
  }
  const store = cf.kvs();
  var found = null;
  try {
    found = await store.get(path);
  } catch (e) {
    // Missing, too long for a key, or the store cannot be read.
    return await unlisted(request, store);
  }
  return follow(request, found);
}

// follow takes the request to an object, or answers with the redirect.
function follow(request, found) {
  if (found[0] === '/') {
    request.uri = found;
    return null;
  }
  return redirect(request, Number(found.slice(0, 3)), found.slice(4));
}

function redirect(request, status, to) {
  var query = request.rawQueryString();
  // Without a limit browsers keep a 301 as they please, and a mistake could not be taken back.
  var headers = { location: { value: query ? to + (to.indexOf('?') < 0 ? '?' : '&') + query : to }, 'cache-control': { value: 'max-age=3600' } };
  return { statusCode: status, statusDescription: 'Redirect', headers: headers };
}

// unlisted is a path that is no address of the site.
async function unlisted(request, store) {
  var wildcards = '';
  var extensions = '';
  try {
    const readable = await store.exists(SITE.root);
    if (!readable) {
      return byShape(request);
    }
    wildcards = await store.get(SITE.wildcards);
    if (SITE.spa) {
      extensions = await store.get(SITE.extensions);
    }
  } catch (e) {
    return byShape(request);
  }
  var line = wildcard(request.uri, wildcards.split('\n'));
  if (line) {
    return redirect(request, Number(line[0]), line[1]);
  }
  var name = request.uri.slice(request.uri.lastIndexOf('/') + 1);
  var dot = name.lastIndexOf('.');
  if (SITE.spa && (dot < 0 || extensions.indexOf(' ' + name.slice(dot + 1) + ' ') < 0)) {
    request.uri = '/index.html';
    return null;
  }
  // Files with a hash in their name stay in the bucket after they left the site, for pages that edges still hold.
  return hashed(name) ? null : notFound(request);
}

// wildcard is the status and place of the first line that covers a path.
function wildcard(uri, lines) {
  for (var i = 0; i < lines.length; i++) {
    var line = lines[i].split(' ');
    if (line.length === 3 && uri.indexOf(line[1]) === 0) {
      var to = line[2];
      return [line[0], to.slice(-2) === '/*' ? to.slice(0, -1) + rest(uri.slice(line[1].length)) : to];
    }
  }
  return null;
}

// rest is what a star stood for, as it may stand in a Location header: without slashes at the front, since two of them
// would lead to another host.
function rest(uri) {
  return uri.replace(/^[/\\]+/, '').replace(/[^!-~]+/g, encodeURIComponent);
}

function notFound(request) {
  if (SITE.page) {
    request.uri = '/404.html';
    return null;
  }
  return {
    statusCode: 404,
    statusDescription: 'Not Found',
    headers: { 'content-type': { value: 'text/plain; charset=utf-8' }, 'cache-control': { value: 'no-store' } },
    body: 'Not found\n'
  };
}

// byShape serves without the table: what looks like a file is one, the rest are folders' pages.
function byShape(request) {
  var uri = request.uri;
  var name = uri.slice(uri.lastIndexOf('/') + 1);
  if (name.indexOf('.') < 0) {
    request.uri = SITE.spa ? '/index.html' : uri + (name === '' ? 'index.html' : '/index.html');
  }
  return null;
}

// hashed is sitefiles.IsHashed: the rules are the same data, read in the same way.
function hashed(name) {
  var stem = group(HASH.stem, name);
  for (var i = 0; stem && i < HASH.tokens.length; i++) {
    var token = HASH.tokens[i];
    var found = group(token.is, stem);
    if (found && all(token.has, found) && (!token.unword || unword(found))) {
      return true;
    }
  }
  return false;
}

function unword(token) {
  return token.split(/[-_]/).some(function (part) {
    return !HASH.words.some(function (word) {
      return new RegExp(word.is).test(part) && !(word.not && all(word.not, part));
    });
  });
}

function all(expressions, text) {
  return (expressions || []).every(function (e) { return new RegExp(e).test(text); });
}

function group(expression, text) {
  var found = new RegExp(expression).exec(text);
  return found ? found[1] : '';
}
