import org.jspecify.annotations.NullMarked;

/// Finding and downloading models: resumable, verified, mirrors.
@NullMarked
module altiplano.hub {
  requires transitive altiplano.files;
  requires static transitive org.jspecify;
  requires java.net.http;

  exports altiplano.hub;
}
