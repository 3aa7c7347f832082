package io.chunkserver.core;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.conditions.ArchConditions.onlyDependOnClassesThat;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.base.HasDescription;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds the walls between the packages of core: who may import whom, and what core never touches. */
class ArchitectureTest {

    private static final String ROOT = "io.chunkserver.core";

    /** What a package may import from core besides itself. The root package wires all, and nobody imports it. */
    private static final Map<String, Set<String>> ALLOWED_IMPORTS = Map.ofEntries(
            Map.entry("model", Set.of()),
            Map.entry("retry", Set.of()),
            Map.entry("error", Set.of("model")),
            Map.entry("stats", Set.of("model")),
            Map.entry("disk", Set.of("checksum", "stats", "error", "model")),
            Map.entry("checksum", Set.of("stats", "error", "model")),
            Map.entry("store", Set.of("checksum", "disk", "stats", "error", "model")),
            Map.entry("space", Set.of("disk", "stats", "error", "model")),
            Map.entry("commit.log", Set.of("checksum", "disk", "stats", "error", "model")),
            Map.entry("commit", Set.of("commit.log", "store", "space", "checksum", "retry", "stats", "error", "model")),
            Map.entry("replication", Set.of("membership", "commit", "checksum", "stats", "error", "model")),
            Map.entry("membership", Set.of("space", "retry", "stats", "error", "model")),
            Map.entry("master", Set.of("membership", "space", "stats", "error", "model")),
            Map.entry("fsck", Set.of("commit", "commit.log", "store", "disk", "stats", "error", "model")),
            Map.entry("scrub", Set.of("store", "disk", "checksum", "stats", "error", "model")));

    private static final Pattern FILE_ACCESS =
            Pattern.compile("java\\.nio\\.file\\.(Files|FileSystem|FileSystems|FileStore|DirectoryStream)"
                    + "|java\\.nio\\.channels\\.(Asynchronous)?FileChannel"
                    + "|java\\.io\\.(File[A-Z]?\\w*|RandomAccessFile)");

    private static final Pattern SOCKET_CHANNELS =
            Pattern.compile("java\\.nio\\.channels\\.(\\w*SocketChannel|DatagramChannel|Selector)");

    /** Calls that ask the machine for time or chance; callers get a clock or a generator instead. */
    private static final Pattern AMBIENT = Pattern.compile("java\\.lang\\.System\\.(currentTimeMillis|nanoTime)\\(\\)"
            + "|java\\.lang\\.Thread\\.sleep\\(.*\\)"
            + "|java\\.lang\\.Math\\.random\\(\\)"
            + "|java\\.time\\.\\w+\\.now\\(\\)"
            + "|java\\.time\\.Clock\\.system\\w*\\(.*\\)"
            + "|java\\.util\\.UUID\\.randomUUID\\(\\)"
            + "|java\\.util\\.(Random|SplittableRandom)\\.<init>\\(\\)"
            + "|java\\.util\\.concurrent\\.ThreadLocalRandom\\.current\\(\\)"
            + "|java\\.security\\.SecureRandom\\.<init>\\(\\)");

    private static final Set<String> BANNED_PACKAGE_NAMES =
            Set.of("util", "utils", "common", "impl", "manager", "helper", "helpers", "internal");

    private static final JavaClasses CORE = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_JARS)
            .importPackages(ROOT);

    // Direction

    static Stream<String> packages() {
        return ALLOWED_IMPORTS.keySet().stream().sorted();
    }

    @ParameterizedTest
    @MethodSource("packages")
    void packageImportsOnlyWhatItsPlaceAllows(String name) {
        List<String> allowed = new ArrayList<>();
        allowed.add(ROOT + "." + name);
        ALLOWED_IMPORTS.get(name).forEach(other -> allowed.add(ROOT + "." + other));
        check(classes()
                .that()
                .resideInAPackage(ROOT + "." + name)
                .should(onlyDependOnClassesThat(
                        resideInAnyPackage(allowed.toArray(String[]::new)).or(resideOutsideOfPackage(ROOT + ".."))))
                .as(name + " imports from core only " + new TreeSet<>(ALLOWED_IMPORTS.get(name))));
    }

    @Test
    void everyPackageHasItsPlace() {
        String[] known = Stream.concat(Stream.of(ROOT), packages().map(name -> ROOT + "." + name))
                .toArray(String[]::new);
        check(classes().should().resideInAnyPackage(known).because("a new package needs a place in the direction"));
    }

    @Test
    void coreKnowsNoSocketsNoTransportAndNoCommandLine() {
        check(noClasses()
                .should()
                .dependOnClassesThat(resideInAnyPackage(
                                "java.net..",
                                "javax.net..",
                                "io.netty..",
                                "com.fasterxml..",
                                "tools.jackson..",
                                "picocli..",
                                "org.tomlj..",
                                "io.chunkserver.transport..",
                                "io.chunkserver.runner..")
                        .or(nameMatching(SOCKET_CHANNELS))));
    }

    // The outside world

    @Test
    void onlyDiskTouchesTheFileSystem() {
        check(noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + ".disk")
                .should()
                .dependOnClassesThat(nameMatching(FILE_ACCESS)));
    }

    @Test
    void onlyTheRootPackageChoosesClockAndChance() {
        check(noClasses()
                .that()
                .resideOutsideOfPackage(ROOT)
                .should()
                .accessTargetWhere(describe("asks the machine for time or chance", ArchitectureTest::isAmbient)));
    }

    @Test
    void logsThroughSlf4jAlone() {
        check(noClasses()
                .should()
                .dependOnClassesThat(resideInAnyPackage(
                        "java.util.logging..", "ch.qos.logback..", "org.apache.logging..", "org.apache.log4j..")));
        check(noClasses().should().accessField(System.class, "out").orShould().accessField(System.class, "err"));
    }

    // Shape

    @Test
    void guavaStaysInside() {
        check(classes()
                .that()
                .arePublic()
                .should(offerNoTypeThat(resideInAPackage("com.google.common..")))
                .because("callers must not depend on our version of Guava"));
    }

    @Test
    void packagesAreNamedAfterWhatTheyDo() {
        check(noClasses()
                .should()
                .resideInAnyPackage(BANNED_PACKAGE_NAMES.stream()
                        .map(name -> ".." + name + "..")
                        .toArray(String[]::new)));
    }

    @Test
    void everyPackageSaysWhatItIsFor() throws IOException {
        Path sources = Path.of(System.getProperty("basedir", ""), "src", "main", "java");
        Set<Path> undocumented = new TreeSet<>();
        if (Files.isDirectory(sources)) {
            try (Stream<Path> files = Files.walk(sources)) {
                files.filter(file -> file.toString().endsWith(".java"))
                        .map(Path::getParent)
                        .filter(directory -> Files.notExists(directory.resolve("package-info.java")))
                        .map(sources::relativize)
                        .forEach(undocumented::add);
            }
        }
        assertThat(undocumented).as("packages without package-info.java").isEmpty();
    }

    /** A rule about a package that holds nothing yet is kept, not broken. */
    private static void check(ArchRule rule) {
        rule.allowEmptyShould(true).check(CORE);
    }

    private static DescribedPredicate<JavaClass> nameMatching(Pattern pattern) {
        return describe(
                "match " + pattern,
                type -> pattern.matcher(type.getBaseComponentType().getName()).matches());
    }

    private static boolean isAmbient(JavaAccess<?> access) {
        return AMBIENT.matcher(access.getTarget().getFullName()).matches();
    }

    private static ArchCondition<JavaClass> offerNoTypeThat(Predicate<? super JavaClass> banned) {
        return new ArchCondition<>("offer no such type to callers") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                Stream.concat(Stream.of(type), offeredMembers(type))
                        .forEach(offer -> typesIn(offer)
                                .flatMap(used -> used.getAllInvolvedRawTypes().stream())
                                .filter(banned)
                                .forEach(used -> events.add(SimpleConditionEvent.violated(
                                        type,
                                        ((HasDescription) offer).getDescription() + " mentions " + used.getName()))));
            }
        };
    }

    private static Stream<JavaMember> offeredMembers(JavaClass type) {
        return type.getMembers().stream()
                .filter(member -> member.getModifiers().contains(JavaModifier.PUBLIC)
                        || member.getModifiers().contains(JavaModifier.PROTECTED));
    }

    /** The types that a class or a member shows to whoever uses it. */
    private static Stream<JavaType> typesIn(Object offer) {
        if (offer instanceof JavaClass type) {
            return Stream.concat(type.getSuperclass().stream(), type.getInterfaces().stream());
        }
        if (offer instanceof JavaField field) {
            return Stream.of(field.getType());
        }
        JavaCodeUnit unit = (JavaCodeUnit) offer;
        return Stream.of(
                        Stream.of(unit.getReturnType()),
                        unit.getParameterTypes().stream(),
                        unit.getExceptionTypes().stream().map(JavaType.class::cast))
                .flatMap(types -> types);
    }
}
