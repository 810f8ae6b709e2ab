import Experiments
import Testing

@Suite struct DataLocatorTests {
  @Test("the user's folder comes first, then the environment's, then the model's")
  func order() throws {
    let folders = try [ScratchFolder(), ScratchFolder(), ScratchFolder()]
    let locator = DataLocator(
      dataFolder: folders[0].path, environmentFolder: folders[1].path + "/",
      modelFolder: folders[2].path)
    for folder in folders.reversed() {
      let path = try folder.file("a.csv", "x\n")
      #expect(try locator.locate("a.csv") == path)
    }
    #expect(try locator.locate("/absolute") == "/absolute")
  }

  @Test(
    "a folder that is given may hold a file without the folders of its name; the model's may not")
  func baseName() throws {
    let (given, own) = (try ScratchFolder(), try ScratchFolder())
    let path = try given.file("a.csv", "x\n")
    _ = try own.file("a.csv", "x\n")
    #expect(try DataLocator(dataFolder: given.path).locate("../models/a.csv") == path)
    // Two files of one name in folders of their own are never taken for each other.
    #expect(throws: InputError.self) {
      try DataLocator(dataFolder: given.path, environmentFolder: nil).locate("train/a.csv")
    }
    #expect(throws: InputError.self) {
      try DataLocator(environmentFolder: nil, modelFolder: own.path).locate("models/a.csv")
    }
  }

  @Test("a file that is nowhere is an error with every place that was tried")
  func missing() throws {
    let locator = DataLocator(dataFolder: "/d", environmentFolder: "/e", modelFolder: "/m")
    let error = #expect(throws: InputError.self) { try locator.locate("no/a.csv") }
    let text = error?.description ?? ""
    for place in [
      "/d/no/a.csv (--data-dir)", "/e/no/a.csv (SETTLE_DATA)", "/m/no/a.csv (the model",
    ] {
      #expect(text.contains(place))
    }
    #expect(throws: InputError.self) {
      try DataLocator(environmentFolder: nil).locate("a.csv")
    }
    #expect(throws: InputError.self) { try locator.locate("") }
  }

  @Test("a model file without a folder lies in the current one")
  func currentFolder() {
    #expect(
      DataLocator(environmentFolder: nil, modelFolder: "").folders.map(\.path) == ["."])
    #expect(DataLocator(dataFolder: "", environmentFolder: "").folders.isEmpty)
  }
}
