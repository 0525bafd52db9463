/** Several views of one thing, one seen at a time. */
import * as Ariakit from "@ariakit/react";
import type { ReactNode } from "react";

interface TabsProps {
  /** What the tabs are views of, for screen readers. */
  readonly label: string;
  readonly tabs: readonly {
    readonly id: string;
    readonly label: ReactNode;
    readonly content: ReactNode;
  }[];
  /** The id of the tab that is seen, where the address or the page decides. */
  readonly selected?: string;
  readonly onSelect?: (id: string) => void;
}

/** Tabs with their contents; only the one that is seen is rendered. */
export function Tabs({ label, tabs, selected, onSelect }: TabsProps) {
  return (
    <Ariakit.TabProvider
      {...(selected === undefined ? {} : { selectedId: selected })}
      {...(tabs[0] === undefined ? {} : { defaultSelectedId: tabs[0].id })}
      setSelectedId={(id) => {
        if (typeof id === "string") onSelect?.(id);
      }}
    >
      <Ariakit.TabList className="tab-list" aria-label={label}>
        {tabs.map((tab) => (
          <Ariakit.Tab key={tab.id} id={tab.id} className="tab">{tab.label}</Ariakit.Tab>
        ))}
      </Ariakit.TabList>
      {tabs.map((tab) => (
        <Ariakit.TabPanel key={tab.id} tabId={tab.id} className="tab-panel" unmountOnHide>
          {tab.content}
        </Ariakit.TabPanel>
      ))}
    </Ariakit.TabProvider>
  );
}
