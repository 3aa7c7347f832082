package io.chunkserver.transport;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** Holds the walls between the packages of the transport. */
class ArchitectureTest {

    private static final String ROOT = "io.chunkserver.transport";

    private static final JavaClasses TRANSPORT = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_JARS)
            .importPackages(ROOT);

    @Test
    void theSeamKnowsNobodyBehindIt() {
        classes()
                .that()
                .resideInAPackage(ROOT)
                .should()
                .onlyDependOnClassesThat(resideInAPackage(ROOT).or(resideOutsideOfPackage(ROOT + "..")))
                .check(TRANSPORT);
    }

    @Test
    void theProtocolIsPure() {
        noClasses()
                .that()
                .resideInAPackage(ROOT + ".protocol")
                .should()
                .dependOnClassesThat(resideInAnyPackage(
                        "io.netty..", "java.net..", "java.nio.channels..", "java.util.concurrent..", "org.slf4j.."))
                .check(TRANSPORT);
    }

    @Test
    void nobodyElseKnowsNetty() {
        noClasses()
                .that()
                .resideOutsideOfPackages(ROOT + ".netty", ROOT + ".security")
                .should()
                .dependOnClassesThat(resideInAPackage("io.netty.."))
                .check(TRANSPORT);
    }

    @Test
    void onlyOnePackageKnowsZooKeeperAndNobodyElseKnowsThatPackage() {
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + ".zookeeper")
                .should()
                .dependOnClassesThat(
                        resideInAnyPackage("org.apache.curator..", "org.apache.zookeeper..", ROOT + ".zookeeper"))
                .check(TRANSPORT);
    }

    @Test
    void onlyTheProtocolKnowsJson() {
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + ".protocol")
                .should()
                .dependOnClassesThat(resideInAPackage("com.fasterxml.."))
                .check(TRANSPORT);
    }

    @Test
    void carriersKnowNeitherEachOtherNorWhatTheyCarryFor() {
        noClasses()
                .that()
                .resideInAnyPackage(ROOT + ".netty", ROOT + ".loopback")
                .should()
                .dependOnClassesThat(resideInAnyPackage(ROOT + ".client..", ROOT + ".server.."))
                .check(TRANSPORT);
        noClasses()
                .that()
                .resideInAPackage(ROOT + ".loopback")
                .should()
                .dependOnClassesThat(resideInAnyPackage(ROOT + ".netty", ROOT + ".protocol"))
                .check(TRANSPORT);
        noClasses()
                .that()
                .resideInAPackage(ROOT + ".netty")
                .should()
                .dependOnClassesThat(resideInAPackage(ROOT + ".loopback"))
                .check(TRANSPORT);
    }
}
