// hashed says that a name looks like one with a hash of its content: eight characters as Vite writes them, with digits
// or in both cases, or longer hex. Such files stay in the bucket after they left
// the site, for pages that edges still hold, so the store of published paths does not decide about them.
function hashed(path) {
  var found = /[-._/]([\w-]{8}|[0-9a-f]{9,})(\.\w+)+$/.exec(path);
  return found !== null && (/\d/.test(found[1]) || /[a-z]/.test(found[1]) && /[A-Z]/.test(found[1]));
}

// published returns the path to serve: the clean address, the path itself if a file has no extension, or the 404 page.
async function published(uri, path) {
  try {
    const clean = decodeURIComponent(path);
    const plain = decodeURIComponent(uri);
    if (hashed(clean)) {
      return path;
    }
    const store = cf.kvs();
    const found = await store.exists(clean);
    if (found) {
      return path;
    }
    const exact = plain !== clean && !SITE.spa ? await store.exists(plain) : false;
    return exact ? uri : '/404.html';
  } catch (e) {
    // A path that is not valid percent-encoding names no file; without the store the bucket decides.
    return e instanceof URIError ? '/404.html' : path;
  }
}
