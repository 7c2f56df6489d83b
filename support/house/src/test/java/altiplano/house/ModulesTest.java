package altiplano.house;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_THROW_GENERIC_EXCEPTIONS;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertAll;

import altiplano.house.Reactor.Module;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Who uses whom, and what a module may look like: docs/architecture.md as tests.
final class ModulesTest {
  /// What each module of `core` may use of the others, whether directly or through one of them.
  private static final Map<String, Set<String>> MAY_USE =
      Map.of(
          "tensor", Set.of(),
          "kernels", Set.of("tensor"),
          "files", Set.of("tensor"),
          "hub", Set.of("tensor", "files"),
          "tokenizer", Set.of("tensor", "files"),
          "model", Set.of("tensor", "kernels", "files", "tokenizer"),
          "generation", Set.of("tensor", "kernels", "files", "tokenizer", "model"),
          "tasks", Set.of("tensor", "kernels", "files", "hub", "tokenizer", "model", "generation"),
          "search",
              Set.of(
                  "tensor",
                  "kernels",
                  "files",
                  "hub",
                  "tokenizer",
                  "model",
                  "generation",
                  "tasks"));

  /// Packages from outside the project that `core` may use, and who.
  private static final List<String> EVERYONE = List.of("java..", "jdk..", "org.jspecify..");

  private static final Map<String, String> ALSO =
      Map.of(
          "files", "tools.jackson.core..",
          "model", "com.sun.management..",
          "search", "org.apache.lucene..");

  private static JavaClasses everything;

  @BeforeAll
  static void read_all_classes() {
    List<Path> folders = Reactor.modules().stream().map(Module::classes).toList();
    assertThat(folders)
        .as("run ./build verify: the rules hold for what is compiled")
        .allSatisfy(folder -> assertThat(folder).isDirectory());
    everything = new ClassFileImporter().importPaths(folders);
  }

  static Stream<Module> core() {
    return Reactor.core();
  }

  @Test
  void every_module_is_seen() {
    Set<String> seen = everything.stream().map(JavaClass::getPackageName).collect(toSet());
    assertThat(Reactor.modules())
        .isNotEmpty()
        .allSatisfy(module ->
            assertThat(seen)
                .as(module.path())
                .anyMatch(name -> name.startsWith(module.packageName())));
  }

  @ParameterizedTest
  @MethodSource("core")
  void a_core_module_uses_only_what_lies_below_it(Module module) {
    String name = module.packageName().substring("altiplano.".length());
    assertThat(MAY_USE).containsKey(name);
    var allowed = new ArrayList<>(EVERYONE);
    allowed.add(module.packageName() + "..");
    MAY_USE.get(name).forEach(below -> allowed.add("altiplano." + below + ".."));
    if (ALSO.containsKey(name)) allowed.add(ALSO.get(name));
    classes()
        .that(resideInAnyPackage(module.packageName() + ".."))
        .should()
        .onlyDependOnClassesThat(resideInAnyPackage(allowed.toArray(String[]::new)))
        .check(everything);
  }

  @ParameterizedTest
  @MethodSource("core")
  void a_core_module_exports_its_own_package_and_no_other(Module module) {
    ModuleDescriptor descriptor =
        ModuleFinder.of(module.classes()).findAll().iterator().next().descriptor();
    assertThat(descriptor.name()).isEqualTo(module.packageName());
    assertThat(descriptor.exports())
        .extracting(ModuleDescriptor.Exports::source)
        .containsExactly(module.packageName());
    assertThat(descriptor.isOpen()).isFalse();
    assertThat(descriptor.opens()).isEmpty();
  }

  @Test
  void train_is_never_used_by_core_or_serve() {
    noClasses()
        .that()
        .resideInAnyPackage(packages("core/", "serve/", "models/"))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("altiplano.corpus..", "altiplano.training..", "altiplano.compression..")
        .check(everything);
  }

  /// Below a module's package, its internal packages may know the module's public types.
  @Test
  void modules_form_no_cycles() {
    slices().matching("altiplano.(*)..").should().beFreeOfCycles().check(everything);
  }

  @Test
  void core_is_quiet() {
    JavaClasses core = everything.that(resideInAnyPackage(packages("core/")).as("in core"));
    assertAll(
        () -> NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS.check(core),
        () -> NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING.check(core));
  }

  @Test
  void exceptions_are_named_by_their_cause() {
    NO_CLASSES_SHOULD_THROW_GENERIC_EXCEPTIONS.check(everything);
  }

  @Test
  void no_class_is_named_for_want_of_a_name() {
    noClasses()
        .should()
        .haveSimpleNameEndingWith("Utils")
        .orShould()
        .haveSimpleNameEndingWith("Util")
        .orShould()
        .haveSimpleNameEndingWith("Helper")
        .orShould()
        .haveSimpleNameEndingWith("Manager")
        .orShould()
        .haveSimpleNameEndingWith("Impl")
        .check(everything);
  }

  /// An unmarked module or package passes the null checker silently.
  @Test
  void everything_is_null_marked() {
    assertThat(Reactor.modules())
        .allSatisfy(module -> {
          Path descriptor = module.classes().resolve("module-info.class");
          if (Files.exists(descriptor)) {
            assertThat(isNullMarked(descriptor)).as(module.path()).isTrue();
          } else {
            assertThat(packageFolders(module))
                .allSatisfy(folder ->
                    assertThat(isNullMarked(folder.resolve("package-info.class")))
                        .as(folder.toString())
                        .isTrue());
          }
        });
  }

  private static String[] packages(String... roots) {
    return Reactor.modules().stream()
        .filter(module -> Stream.of(roots).anyMatch(module.path()::startsWith))
        .map(module -> module.packageName() + "..")
        .toArray(String[]::new);
  }

  private static boolean isNullMarked(Path classFile) throws IOException {
    return Files.exists(classFile)
        && ClassFile.of()
            .parse(classFile)
            .findAttribute(Attributes.runtimeVisibleAnnotations())
            .stream()
            .flatMap(attribute -> attribute.annotations().stream())
            .anyMatch(annotation ->
                annotation.className().equalsString("Lorg/jspecify/annotations/NullMarked;"));
  }

  private static Set<Path> packageFolders(Module module) throws IOException {
    try (Stream<Path> files = Files.walk(module.classes())) {
      return files
          .filter(file -> file.toString().endsWith(".class"))
          // What the benchmark processor writes has no package-info.
          .filter(file -> !file.toString().contains("jmh_generated"))
          .map(Path::getParent)
          .collect(toSet());
    }
  }
}
