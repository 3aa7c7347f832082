package io.chunkserver.runner;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Holds the walls inside the runner: the command line and the configuration file meet only in the wiring. */
class ArchitectureTest {

    private static final String ROOT = "io.chunkserver.runner";

    private static final JavaClasses RUNNER = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_JARS)
            .importPackages(ROOT);

    @Test
    void everyPackageHasItsPlace() {
        check(classes()
                .should()
                .resideInAnyPackage(
                        ROOT,
                        ROOT + ".bench",
                        ROOT + ".config",
                        ROOT + ".cli",
                        ROOT + ".file",
                        ROOT + ".server",
                        ROOT + ".status"));
    }

    @Test
    void onlyTheCommandLineKnowsPicocli() {
        check(noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + ".cli")
                .and()
                .doNotHaveFullyQualifiedName(ROOT + ".Main")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("picocli.."));
    }

    @Test
    void onlyConfigKnowsToml() {
        check(noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + ".config")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.tomlj.."));
    }

    @Test
    void configAndStatusDoNotKnowWhoUsesThem() {
        check(noClasses()
                .that()
                .resideInAPackage(ROOT + ".config")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(ROOT, ROOT + ".cli", ROOT + ".status"));
        check(noClasses()
                .that()
                .resideInAPackage(ROOT + ".status")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(ROOT, ROOT + ".cli"));
    }

    @Test
    void knowsNoNetty() {
        check(noClasses().should().dependOnClassesThat().resideInAPackage("io.netty.."));
    }

    @Test
    void knowsNoZooKeeperButByTheTransport() {
        check(noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.apache.curator..", "org.apache.zookeeper.."));
    }

    @Test
    void everyPackageSaysWhatItIsFor() throws IOException {
        Path sources = Path.of(System.getProperty("basedir", ""), "src", "main", "java");
        Set<Path> undocumented = new TreeSet<>();
        try (Stream<Path> files = Files.walk(sources)) {
            files.filter(file -> file.toString().endsWith(".java"))
                    .map(Path::getParent)
                    .filter(directory -> Files.notExists(directory.resolve("package-info.java")))
                    .map(sources::relativize)
                    .forEach(undocumented::add);
        }
        assertThat(undocumented).as("packages without package-info.java").isEmpty();
    }

    /** A rule about a package that holds nothing yet is kept, not broken. */
    private static void check(ArchRule rule) {
        rule.allowEmptyShould(true).check(RUNNER);
    }
}
