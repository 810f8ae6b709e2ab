import Testing
@testable import Experiments
@Test("x") func x() throws {}
